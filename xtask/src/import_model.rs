//! `cargo xtask import-model FILE`: turns the published service model (JSON) into `model/cognito-idp.model`.
//!
//! Only facts of the interface are taken: names, types, limits, errors and the authorisation trait. The documentation
//! text of the service is left behind. The result is a text with one line per operation, shape or member, in the order
//! of the names, so that importing a newer model gives a diff that a person can read.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::codegen::json::Json;
use crate::{codegen, model_news, operations};

/// What the first lines of the imported file say.
const HEADER: &str = "\
# The Amazon Cognito user pools API (2016-04-18) as facts: operations, shapes, limits, errors. No documentation text.
# Written by `cargo xtask import-model`, never edited by hand; deviations of the real service stand in overrides.model.
#
# op NAME sigv4|public : INPUT -> OUTPUT|- ! ERRORS     (names of errors without their suffix `Exception`)
# error NAME [fault] [extra members]
# struct NAME [secret] [document], then its members: NAME[!] SHAPE     (! = required)
# enum NAME VALUES     string NAME [MIN..MAX] [/PATTERN/] [secret]
# integer|long NAME [MIN..MAX]     blob NAME [MIN..MAX]     boolean NAME     timestamp NAME
# list NAME [MIN..MAX] of SHAPE     map NAME [MIN..MAX] KEY -> VALUE [secret]
";

/// Takes in the JSON model `from`: writes the compact model, the copy without documentation that the conformance checker
/// reads, the generated code, the rows of docs/operations.tsv and the list of operations without code; prints what is
/// new, and what is left to do by hand.
///
/// # Errors
/// Fails when the file is not a service model or uses a feature that the compact form, the generator or the walker does
/// not know. The model is written by then, so that `cargo xtask codegen` can be tried again.
pub fn run(from: &Path, root: &Path) -> Result<()> {
    let text =
        std::fs::read_to_string(from).with_context(|| format!("cannot read {}", from.display()))?;
    let mut json: Json = serde_json::from_str(&text).context("the model is not JSON")?;
    strip_documentation(&mut json);
    let compact = compact(&json)?;
    let mut small = serde_json::to_string(&json)?;
    small.push('\n');
    let model = root.join("model");
    let before = std::fs::read_to_string(model.join("cognito-idp.model")).unwrap_or_default();
    std::fs::write(model.join("cognito-idp.model"), &compact)?;
    std::fs::write(model.join("cognito-idp-2016-04-18.min.json"), small)?;
    eprint!("{}", model_news::report(&before, &compact)?);
    codegen::write(root)
        .context("the model is written, and the code cannot follow; docs/ADDING-A-MODEL.md says where to teach it")?;
    operations::write(root)?;
    model_news::list_missing(root)
}

/// Removes every `documentation` text and the deprecation notes. A member that merely has that name is a map and stays.
fn strip_documentation(value: &mut Json) {
    match value {
        Json::Object(members) => {
            members.retain(|(key, v)| {
                !(matches!(key.as_str(), "documentation" | "deprecatedMessage")
                    && v.as_str().is_some())
            });
            members.iter_mut().for_each(|(_, v)| strip_documentation(v));
        }
        Json::List(items) => items.iter_mut().for_each(strip_documentation),
        _ => {}
    }
}

/// The compact text of a whole model.
fn compact(json: &Json) -> Result<String> {
    let mut out = String::from(HEADER);
    let operations = object(json, "operations")?;
    let shapes = object(json, "shapes")?;
    out.push('\n');
    for (name, op) in operations {
        operation(&mut out, name, op)?;
    }
    out.push('\n');
    for (name, shape) in shapes.iter().filter(|(_, s)| flag(s, "exception")) {
        error(&mut out, name, shape)?;
    }
    for kind in [
        "structure",
        "string",
        "integer",
        "long",
        "boolean",
        "timestamp",
        "blob",
        "list",
        "map",
    ] {
        let mut first = true;
        for (name, shape) in shapes {
            if text(shape, "type")? != kind || flag(shape, "exception") {
                continue;
            }
            if first || kind == "structure" {
                out.push('\n');
                first = false;
            }
            one_shape(&mut out, name, shape).with_context(|| format!("shape {name}"))?;
        }
    }
    if let Some((name, _)) = shapes.iter().find(|(_, s)| {
        !matches!(
            s.get("type").and_then(Json::as_str),
            Some(
                "structure"
                    | "string"
                    | "integer"
                    | "long"
                    | "boolean"
                    | "timestamp"
                    | "blob"
                    | "list"
                    | "map"
            )
        )
    }) {
        bail!("shape {name} has a type that the compact model does not know");
    }
    Ok(out)
}

fn operation(out: &mut String, name: &str, op: &Json) -> Result<()> {
    let auth = match op.get("authtype").and_then(Json::as_str) {
        None => "sigv4",
        Some("none") => "public",
        Some(other) => bail!("operation {name} has the unknown auth type {other}"),
    };
    let input = text(
        op.get("input").context("an operation without input")?,
        "shape",
    )?;
    let output = op.get("output").map_or(Ok("-"), |o| text(o, "shape"))?;
    write!(out, "op {name} {auth} : {input} -> {output} !")?;
    for error in op
        .get("errors")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        write!(out, " {}", short(text(error, "shape")?)?)?;
    }
    out.push('\n');
    Ok(())
}

fn error(out: &mut String, name: &str, shape: &Json) -> Result<()> {
    write!(out, "error {}", short(name)?)?;
    if flag(shape, "fault") {
        out.push_str(" fault");
    }
    for member in object(shape, "members")?
        .iter()
        .map(|(k, _)| k)
        .filter(|m| *m != "message")
    {
        write!(out, " {member}")?;
    }
    out.push('\n');
    Ok(())
}

fn one_shape(out: &mut String, name: &str, shape: &Json) -> Result<()> {
    let kind = text(shape, "type")?;
    let secret = if flag(shape, "sensitive") {
        " secret"
    } else {
        ""
    };
    match kind {
        "structure" => {
            let document = if flag(shape, "document") {
                " document"
            } else {
                ""
            };
            writeln!(out, "struct {name}{secret}{document}")?;
            let required: Vec<&str> = shape
                .get("required")
                .and_then(Json::as_array)
                .map(|r| r.iter().filter_map(Json::as_str).collect())
                .unwrap_or_default();
            for (member, target) in object(shape, "members")? {
                let mark = if required.contains(&member.as_str()) {
                    "!"
                } else {
                    ""
                };
                writeln!(out, "  {member}{mark} {}", text(target, "shape")?)?;
            }
        }
        "string" => {
            if let Some(values) = shape.get("enum").and_then(Json::as_array) {
                write!(out, "enum {name}")?;
                for value in values.iter().filter_map(Json::as_str) {
                    write!(out, " {value}")?;
                }
                writeln!(out, "{secret}")?;
            } else {
                let pattern = shape
                    .get("pattern")
                    .and_then(Json::as_str)
                    .map(|p| format!(" /{p}/"))
                    .unwrap_or_default();
                writeln!(out, "string {name}{}{pattern}{secret}", range(shape))?;
            }
        }
        "list" => {
            let of = text(
                shape.get("member").context("a list without member")?,
                "shape",
            )?;
            writeln!(out, "list {name}{} of {of}{secret}", range(shape))?;
        }
        "map" => {
            let key = text(shape.get("key").context("a map without key")?, "shape")?;
            let value = text(shape.get("value").context("a map without value")?, "shape")?;
            writeln!(out, "map {name}{} {key} -> {value}{secret}", range(shape))?;
        }
        plain => writeln!(out, "{plain} {name}{}{secret}", range(shape))?,
    }
    Ok(())
}

/// ` MIN..MAX` with a leading space, or nothing.
fn range(shape: &Json) -> String {
    let bound = |key: &str| {
        shape
            .get(key)
            .and_then(Json::as_i64)
            .map(|n| n.to_string())
            .unwrap_or_default()
    };
    let (min, max) = (bound("min"), bound("max"));
    if min.is_empty() && max.is_empty() {
        String::new()
    } else {
        format!(" {min}..{max}")
    }
}

/// The name of an exception without its suffix.
fn short(name: &str) -> Result<&str> {
    name.strip_suffix("Exception")
        .with_context(|| format!("error {name} does not end with `Exception`"))
}

fn object<'a>(value: &'a Json, key: &str) -> Result<&'a [(String, Json)]> {
    value
        .get(key)
        .and_then(Json::as_object)
        .with_context(|| format!("no object `{key}`"))
}

fn text<'a>(value: &'a Json, key: &str) -> Result<&'a str> {
    value
        .get(key)
        .and_then(Json::as_str)
        .with_context(|| format!("no text `{key}`"))
}

fn flag(value: &Json, key: &str) -> bool {
    value.get(key).is_some_and(Json::is_true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_file_is_what_the_import_writes() {
        let json =
            serde_json::from_str(include_str!("../../model/cognito-idp-2016-04-18.min.json"))
                .unwrap();
        assert!(compact(&json).unwrap() == include_str!("../../model/cognito-idp.model"));
    }

    #[test]
    fn documentation_is_left_behind_but_a_member_of_that_name_stays() {
        let mut json = serde_json::from_str(
            r#"{"documentation": "text", "members": {"documentation": {"shape": "A"}}}"#,
        )
        .unwrap();
        strip_documentation(&mut json);
        assert_eq!(
            serde_json::to_string(&json).unwrap(),
            r#"{"members":{"documentation":{"shape":"A"}}}"#
        );
    }
}
