//! A seed as a document.

use std::fmt::Write as _;

use cognate_templates::texts::is_shown;
use serde_json::Value;

use super::document::Language;
use super::file::Seed;

/// Returns the document.
///
/// # Errors
/// The serialiser's.
pub fn write(seed: &Seed, language: Language) -> anyhow::Result<String> {
    Ok(match language {
        Language::Json => escaped(&serde_json::to_string_pretty(seed)?) + "\n",
        Language::Toml => toml::to_string_pretty(seed)?,
        Language::Yaml => yaml_of(&serde_json::to_value(seed)?),
    })
}

/// Returns a value as YAML.
pub fn yaml_of(value: &Value) -> String {
    let mut out = String::new();
    yaml(value, 0, &mut out);
    out
}

/// Returns JSON without characters that a reader of YAML refuses or takes for the end of a line, or that no editor shows. They stand
/// in texts alone, where both languages read the escape.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c == '\n' || is_shown(c) {
            true => out.push(c),
            false => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
    out
}

/// Writes a value as YAML in block style; texts as JSON writes them, which YAML reads.
fn yaml(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                let _ = write!(out, "{}:", key(name));
                nested(value, indent, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                out.push_str("- ");
                yaml(item, indent + 2, out);
            }
        }
        Value::String(text) if is_plain(text) => {
            let _ = writeln!(out, "{text}");
        }
        other => {
            let _ = writeln!(out, "{}", escaped(&other.to_string()));
        }
    }
}

fn nested(value: &Value, indent: usize, out: &mut String) {
    let is_block = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if !is_block {
        out.push(' ');
        return yaml(value, indent, out);
    }
    out.push('\n');
    let inner = if value.is_array() { indent } else { indent + 2 };
    pad(inner, out);
    yaml(value, inner, out);
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn key(name: &str) -> String {
    match is_plain(name) {
        true => name.to_owned(),
        false => escaped(&Value::String(name.to_owned()).to_string()),
    }
}

/// True if a text needs no quotes, whatever reads it.
fn is_plain(text: &str) -> bool {
    let words = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !words.contains(&text.to_ascii_lowercase().as_str())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/'))
}
