//! Writes `enum Op` with its facts, and `enum ErrorCode`.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::model::{Kind, Model, OpDef};
use super::names;

/// Errors of the framework and of the signature layer, which the model does not know (auth.md 1.5 and 1.6), and our
/// own answer for an operation without code.
const FRAMEWORK_ERRORS: [&str; 9] = [
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotImplementedException",
    "SerializationException",
    "UnknownOperationException",
    "UnrecognizedClientException",
];

/// Writes the operations.
///
/// # Errors
/// Fails when the model is inconsistent.
pub fn operations(model: &Model) -> Result<String> {
    let mut out = String::from(
        "//! The operations of the API.\n\nuse super::error_code::ErrorCode;\nuse super::tables;\n\
         use crate::op::{Auth, Facts, Resource};\n",
    );
    categories(model, &mut out)?;
    out.push_str("\n/// One operation of the API.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n");
    out.push_str("pub enum Op {\n");
    for op in &model.ops {
        writeln!(out, "    {},", op.name)?;
    }
    out.push_str("}\n\nimpl Op {\n    /// Every operation, in the order of the names.\n");
    let all: Vec<String> = model
        .ops
        .iter()
        .map(|o| format!("Self::{}", o.name))
        .collect();
    writeln!(
        out,
        "    pub const ALL: &'static [Self] = &[{}];\n",
        all.join(", ")
    )?;
    out.push_str("    pub(crate) const fn facts(self) -> &'static Facts {\n        match self {\n");
    for op in &model.ops {
        writeln!(
            out,
            "            Self::{} => &{},",
            op.name,
            names::constant(&op.name)
        )?;
    }
    out.push_str("        }\n    }\n}\n");
    for op in &model.ops {
        facts(model, &mut out, op)?;
    }
    Ok(out)
}

fn categories(model: &Model, out: &mut String) -> Result<()> {
    out.push_str("\n/// A rate category of the service's quota page.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n");
    out.push_str("pub enum Category {\n");
    for category in &model.categories {
        writeln!(out, "    {},", category.name)?;
    }
    out.push_str("    /// Not on the quota page.\n    Unlisted,\n}\n\nimpl Category {\n    /// Every category.\n");
    let all: Vec<String> = model
        .categories
        .iter()
        .map(|c| format!("Self::{}, ", c.name))
        .collect();
    writeln!(
        out,
        "    pub const ALL: &'static [Self] = &[{}Self::Unlisted];\n",
        all.concat()
    )?;
    out.push_str("    /// The name on the quota page.\n    pub const fn as_str(self) -> &'static str {\n        match self {\n");
    for category in &model.categories {
        writeln!(out, "            Self::{0} => \"{0}\",", category.name)?;
    }
    out.push_str("            Self::Unlisted => \"Unlisted\",\n        }\n    }\n\n");
    out.push_str("    /// The default rate in requests per second and account; none where the page has none.\n");
    out.push_str("    pub const fn default_rps(self) -> Option<u32> {\n        match self {\n");
    for category in &model.categories {
        writeln!(
            out,
            "            Self::{} => Some({}),",
            category.name, category.rps
        )?;
    }
    out.push_str("            Self::Unlisted => None,\n        }\n    }\n}\n");
    Ok(())
}

fn facts(model: &Model, out: &mut String, op: &OpDef) -> Result<()> {
    let auth = match op.auth.as_str() {
        "sigv4" => "SigV4",
        "public" => "Public",
        _ => "SigV4OrClient",
    };
    let category = model
        .categories
        .iter()
        .find(|c| c.ops.contains(&op.name))
        .map_or("Unlisted", |c| &c.name);
    let Kind::Struct(members) = &model.shape(&op.input)?.kind else {
        anyhow::bail!("the input of {} is no structure", op.name)
    };
    let has = |name: &str| members.iter().any(|m| m.wire == name);
    let resource = match (has("UserPoolId"), has("ResourceArn")) {
        (true, _) => "Resource::PoolId",
        (_, true) => "Resource::Arn",
        // Policies are asked about signed operations only.
        _ if auth == "Public" => "Resource::None",
        _ if has("ClientId") => "Resource::Client",
        _ if has("Domain") => "Resource::Domain",
        _ => "Resource::None",
    };
    let errors: Vec<String> = op
        .errors
        .iter()
        .map(|e| error_variant(e).map(|v| format!("ErrorCode::{v}, ")))
        .collect::<Result<_>>()?;
    writeln!(
        out,
        "\nstatic {}: Facts = Facts {{ name: {:?}, auth: Auth::{auth}, category: Category::{category}, input: &tables::{}, \
         has_output: {}, resource: {resource}, errors: &[{}] }};",
        names::constant(&op.name),
        op.name,
        names::constant(&op.input),
        op.output.is_some(),
        errors.concat()
    )?;
    Ok(())
}

fn error_variant(name: &str) -> Result<&str> {
    name.strip_suffix("Exception")
        .with_context(|| format!("{name} does not end with `Exception`"))
}

/// Writes a macro that hands every operation and its request type to another macro.
pub fn each(model: &Model) -> String {
    let rows: Vec<String> = model
        .ops
        .iter()
        .map(|o| format!("            ({} {})\n", o.name, o.input))
        .collect();
    format!(
        "//! One place that names each operation together with its request type.\n\n\
         /// Calls the macro `$callback` once with a row `(Operation RequestType)` for each operation.\n\
         #[macro_export]\nmacro_rules! each_operation {{\n    ($callback:ident) => {{\n        \
         $callback! {{\n{}        }}\n    }};\n}}\n",
        rows.concat()
    )
}

/// Writes the error codes.
///
/// # Errors
/// Fails when an error is named against the rule.
pub fn error_codes(model: &Model) -> Result<String> {
    let mut codes: Vec<(&str, u16)> = model
        .errors
        .iter()
        .map(|e| (e.name.as_str(), if e.fault { 500 } else { 400 }))
        .collect();
    for name in FRAMEWORK_ERRORS {
        if !codes.iter().any(|(n, _)| *n == name) {
            codes.push((
                name,
                if name == "NotImplementedException" {
                    501
                } else {
                    400
                },
            ));
        }
    }
    codes.sort_unstable();
    let mut out = String::from(
        "//! The error codes of the API, of its framework and of its signature layer.\n\n\
         /// The `__type` of an error answer. Variants carry the name without its suffix `Exception`.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum ErrorCode {\n",
    );
    for (name, _) in &codes {
        writeln!(out, "    {},", error_variant(name)?)?;
    }
    out.push_str("}\n\nimpl ErrorCode {\n    /// Every code, in the order of the names.\n");
    let all: Vec<String> = codes
        .iter()
        .map(|(n, _)| error_variant(n).map(|v| format!("Self::{v}")))
        .collect::<Result<_>>()?;
    writeln!(
        out,
        "    pub const ALL: &'static [Self] = &[{}];\n",
        all.join(", ")
    )?;
    out.push_str("    /// The full name on the wire.\n    pub const fn as_str(self) -> &'static str {\n        match self {\n");
    for (name, _) in &codes {
        writeln!(
            out,
            "            Self::{} => {name:?},",
            error_variant(name)?
        )?;
    }
    out.push_str("        }\n    }\n\n    /// The HTTP status (auth.md 1.4).\n");
    out.push_str("    pub const fn status(self) -> u16 {\n        match self {\n");
    for status in [500, 501] {
        let with: Vec<String> = codes
            .iter()
            .filter(|(_, s)| *s == status)
            .map(|(n, _)| error_variant(n).map(|v| format!("Self::{v}")))
            .collect::<Result<_>>()?;
        writeln!(out, "            {} => {status},", with.join(" | "))?;
    }
    out.push_str("            _ => 400,\n        }\n    }\n}\n");
    Ok(out)
}
