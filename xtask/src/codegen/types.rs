//! Writes the request, response, structure and enum types.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;

use super::model::{Kind, Member, Model};
use super::names;

/// Which way a shape travels.
#[derive(Clone, Copy)]
struct Way {
    input: bool,
    output: bool,
}

/// The three files of structures.
pub struct Structures {
    /// Inputs of operations.
    pub requests: String,
    /// Outputs of operations.
    pub responses: String,
    /// Everything nested in them.
    pub nested: String,
}

/// Writes all structures.
///
/// # Errors
/// Fails when the model is inconsistent.
pub fn structures(model: &Model) -> Result<Structures> {
    let (inputs, outputs) = ways(model);
    let mut files = Structures {
        requests: String::from("//! The requests of all operations.\n\nuse super::prelude::*;\n"),
        responses: String::from("//! The responses of all operations.\n\nuse super::prelude::*;\n"),
        nested: String::from(
            "//! The structures inside requests and responses.\n\nuse super::prelude::*;\n",
        ),
    };
    for (name, shape) in &model.shapes {
        let Kind::Struct(members) = &shape.kind else {
            continue;
        };
        let way = Way {
            input: inputs.contains(name.as_str()),
            output: outputs.contains(name.as_str()),
        };
        if let Some(op) = model.ops.iter().find(|o| o.input == *name) {
            let doc = format!("The request of `{}`.", op.name);
            structure(model, &mut files.requests, name, members, way, &doc)?;
        } else if let Some(op) = model.ops.iter().find(|o| o.output.as_deref() == Some(name)) {
            let doc = format!("The response of `{}`.", op.name);
            structure(model, &mut files.responses, name, members, way, &doc)?;
        } else if way.input || way.output {
            structure(
                model,
                &mut files.nested,
                name,
                members,
                way,
                &format!("The structure `{name}`."),
            )?;
        }
    }
    Ok(files)
}

/// The shapes reachable from inputs and those reachable from outputs.
fn ways(model: &Model) -> (BTreeSet<&str>, BTreeSet<&str>) {
    (
        model.reachable(model.ops.iter().map(|o| o.input.as_str())),
        model.reachable(model.ops.iter().filter_map(|o| o.output.as_deref())),
    )
}

fn structure(
    model: &Model,
    out: &mut String,
    name: &str,
    members: &[Member],
    way: Way,
    doc: &str,
) -> Result<()> {
    let nested = !name.ends_with("Request") && !name.ends_with("Response");
    let mut derives = vec!["Clone", "Default"];
    if nested {
        derives.push("PartialEq");
    }
    if way.output {
        derives.push("Serialize");
    }
    if way.input {
        derives.push("Deserialize");
    }
    writeln!(out, "\n/// {doc}\n#[derive({})]", derives.join(", "))?;
    if members.is_empty() {
        writeln!(out, "pub struct {name} {{}}")?;
        return Ok(());
    }
    writeln!(out, "pub struct {name} {{")?;
    for member in members {
        let mut serde = format!("rename = {:?}", member.wire);
        if !member.required && way.output {
            serde.push_str(", skip_serializing_if = \"Option::is_none\"");
        }
        let plain = rust_type(model, &member.shape)?;
        let full = if member.required {
            plain
        } else {
            format!("Option<{plain}>")
        };
        writeln!(
            out,
            "    #[serde({serde})]\n    pub {}: {full},",
            names::field(&member.wire)
        )?;
    }
    out.push_str("}\n");
    Ok(())
}

fn rust_type(model: &Model, name: &str) -> Result<String> {
    Ok(match &model.shape(name)?.kind {
        Kind::Struct(_) | Kind::Enum { .. } => name.into(),
        Kind::Document => "Value".into(),
        Kind::Str { .. } => "String".into(),
        Kind::Int(_) | Kind::Long(_) => "i64".into(),
        Kind::Bool => "bool".into(),
        Kind::Timestamp => "Timestamp".into(),
        Kind::Blob(_) => "Blob".into(),
        Kind::List { of, .. } => format!("Vec<{}>", rust_type(model, of)?),
        Kind::Map { value, .. } => format!("BTreeMap<String, {}>", rust_type(model, value)?),
    })
}

/// Writes all enums that a request or response can hold.
///
/// # Errors
/// Fails when the model is inconsistent.
pub fn enums(model: &Model) -> Result<String> {
    let (inputs, outputs) = ways(model);
    let mut out = String::from("//! The enumerations of the API.\n\nuse super::prelude::*;\n");
    for (name, shape) in &model.shapes {
        let Kind::Enum { values, .. } = &shape.kind else {
            continue;
        };
        if !inputs.contains(name.as_str()) && !outputs.contains(name.as_str()) {
            continue;
        }
        one_enum(&mut out, name, values)?;
    }
    Ok(out)
}

fn one_enum(out: &mut String, name: &str, values: &[String]) -> Result<()> {
    writeln!(
        out,
        "\n/// The enumeration `{name}`.\n#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, \
         Serialize, Deserialize)]\npub enum {name} {{"
    )?;
    for (i, value) in values.iter().enumerate() {
        if i == 0 {
            out.push_str("    #[default]\n");
        }
        writeln!(
            out,
            "    #[serde(rename = {value:?})]\n    {},",
            names::variant(value)
        )?;
    }
    writeln!(
        out,
        "}}\n\nimpl {name} {{\n    /// Every value, in the order of the model."
    )?;
    let all: Vec<String> = values
        .iter()
        .map(|v| format!("Self::{}", names::variant(v)))
        .collect();
    writeln!(
        out,
        "    pub const ALL: &'static [Self] = &[{}];\n",
        all.join(", ")
    )?;
    out.push_str("    /// The text on the wire.\n    pub const fn as_str(self) -> &'static str {\n        match self {\n");
    for value in values {
        writeln!(
            out,
            "            Self::{} => {value:?},",
            names::variant(value)
        )?;
    }
    out.push_str("        }\n    }\n\n");
    out.push_str("    /// The value with this text on the wire.\n    pub fn parse(text: &str) -> Option<Self> {\n");
    out.push_str("        match text {\n");
    for value in values {
        writeln!(
            out,
            "            {value:?} => Some(Self::{}),",
            names::variant(value)
        )?;
    }
    out.push_str("            _ => None,\n        }\n    }\n}\n");
    Ok(())
}
