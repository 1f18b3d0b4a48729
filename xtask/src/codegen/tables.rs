//! Writes the constraint tables that the validation walker reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};

use super::java_pattern;
use super::model::{Kind, Member, Model, Range, Shape};
use super::names;

/// Writes the tables of every shape that a request can hold.
///
/// # Errors
/// Fails when the model is inconsistent or a pattern cannot be translated.
pub fn tables(model: &Model) -> Result<String> {
    let reached = model.reachable(model.ops.iter().map(|o| o.input.as_str()));
    let mut out = String::from(
        "//! The constraints of every shape that a request can hold.\n\nuse crate::table::{Kind, Member, Pattern, Shape};\n",
    );
    let mut patterns = BTreeMap::new();
    for shape in reached.iter().filter_map(|n| model.shapes.get(*n)) {
        if let Kind::Str {
            pattern: Some(text),
            ..
        } = &shape.kind
        {
            let next = patterns.len();
            patterns.entry(text.clone()).or_insert(next);
        }
    }
    let mut ordered: Vec<_> = patterns.iter().collect();
    ordered.sort_by_key(|(_, number)| **number);
    for (text, number) in ordered {
        let pattern = match java_pattern::letters(text) {
            Some(l) => format!(
                "Pattern::letters({text:?}, {:#034x}, {})",
                l.ascii, l.beyond
            ),
            None => format!(
                "Pattern::regex({text:?}, {:?})",
                java_pattern::translate(text)?
            ),
        };
        writeln!(out, "\nstatic P{number}: Pattern = {pattern};")?;
    }
    for name in &reached {
        let shape = model.shape(name)?;
        writeln!(
            out,
            "\n/// `{name}`.\npub static {}: Shape = Shape {{ name: {name:?}, secret: {}, kind: {} }};",
            names::constant(name),
            shape.secret,
            kind(shape, &patterns)?
        )?;
    }
    Ok(out)
}

fn kind(shape: &Shape, patterns: &BTreeMap<String, usize>) -> Result<String> {
    Ok(match &shape.kind {
        Kind::Struct(members) => format!(
            "Kind::Structure {{ members: &[{}], by_name: &[{}] }}",
            members.iter().map(member).collect::<String>(),
            by_name(members)
        ),
        Kind::Document => "Kind::Document".into(),
        Kind::Str {
            range,
            pattern,
            length_first,
            ..
        } => {
            let pattern = match pattern {
                Some(text) => format!(
                    "Some(&P{})",
                    patterns.get(text).context("an unnumbered pattern")?
                ),
                None => "None".into(),
            };
            format!(
                "Kind::Text {{ {}, pattern: {pattern}, length_first: {length_first} }}",
                bounds(*range)
            )
        }
        Kind::Enum { values, printed } => {
            let quoted: Vec<String> = values.iter().map(|v| format!("{v:?}")).collect();
            format!(
                "Kind::Enum {{ values: &[{}], printed: \"[{}]\" }}",
                quoted.join(", "),
                printed.join(", ")
            )
        }
        Kind::Int(range) => format!("Kind::Integer {{ {} }}", bounds(*range)),
        Kind::Bool => "Kind::Boolean".into(),
        Kind::Timestamp => "Kind::Timestamp".into(),
        // No request holds one so far; docs/ADDING-A-MODEL.md says where a new kind is taught.
        Kind::Long(_) => bail!("{} in a request: teach the walker about it", shape.name),
        Kind::Blob(range) => format!("Kind::Blob {{ {} }}", bounds(*range)),
        Kind::List { range, of } => {
            format!(
                "Kind::List {{ {}, of: &{} }}",
                bounds(*range),
                names::constant(of)
            )
        }
        Kind::Map { range, key, value } => format!(
            "Kind::Map {{ {}, key: &{}, value: &{} }}",
            bounds(*range),
            names::constant(key),
            names::constant(value)
        ),
    })
}

/// The name of a member in messages.
fn shown(member: &Member) -> String {
    member
        .display
        .clone()
        .unwrap_or_else(|| names::display(&member.wire))
}

/// The places of members in the order of their names in messages.
fn by_name(members: &[Member]) -> String {
    let mut places: Vec<_> = members.iter().map(shown).enumerate().collect();
    places.sort_by(|(_, a), (_, b)| a.cmp(b));
    places
        .iter()
        .map(|(place, _)| format!("{place}, "))
        .collect()
}

fn member(member: &Member) -> String {
    format!(
        "Member {{ wire: {:?}, display: {:?}, required: {}, shape: &{} }},",
        member.wire,
        shown(member),
        member.required,
        names::constant(&member.shape)
    )
}

fn bounds(range: Range) -> String {
    format!("min: {}, max: {}", option(range.min), option(range.max))
}

fn option(value: Option<i64>) -> String {
    value.map_or("None".into(), |n| format!("Some({n})"))
}
