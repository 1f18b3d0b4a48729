//! TOML as values that know their lines.

use serde_json::Number;
use toml::de::{DeTable, DeValue};

use super::SeedError;
use super::document::{Content, MOST_LEVELS, MOST_VALUES, Node};

/// Reads TOML.
///
/// # Errors
/// What is wrong, with its line.
pub fn read(text: &str) -> Result<Node, SeedError> {
    bound(text)?;
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(0, |span| lines.of_byte(span.start));
        SeedError::at(line, "this is no TOML")
    })?;
    let mut values = 0;
    let line = lines.of_byte(table.span().start);
    toml_table(table.get_ref(), line, &lines, 0, &mut values)
}

/// Refuses a text that would make more values or levels than a document may have, before any of them is built: each value is behind
/// a sign of these, outside of texts and comments, and each part of a dotted name is a table.
fn bound(text: &str) -> Result<(), SeedError> {
    let (mut signs, mut dots, mut line) = (0_usize, 0_usize, 1_usize);
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'#' => {
                let end = after.iter().position(|byte| *byte == b'\n');
                after.get(end.unwrap_or(after.len())..).unwrap_or_default()
            }
            b'"' | b'\'' => {
                let behind = behind_text(rest, *byte);
                let inside = rest.len() - behind.len();
                let inside = rest.get(..inside).unwrap_or_default();
                line += inside.iter().filter(|byte| **byte == b'\n').count();
                behind
            }
            _ => after,
        };
        match byte {
            b'.' => (signs, dots) = (signs + 1, dots + 1),
            b'=' | b',' | b'[' | b'{' => (signs, dots) = (signs + 1, 0),
            b'\n' => (line, dots) = (line + 1, 0),
            _ => {}
        }
        if signs > MOST_VALUES {
            return Err(SeedError::limit(line, "the file has too much in it"));
        }
        if dots > MOST_LEVELS {
            return Err(SeedError::limit(line, "the file has more than 64 levels"));
        }
    }
    Ok(())
}

/// Returns what is behind a text that begins with this quote, of whichever of the four kinds.
fn behind_text(text: &[u8], quote: u8) -> &[u8] {
    let long = text.starts_with(&[quote; 3]);
    let mut rest = text.get(if long { 3 } else { 1 }..).unwrap_or_default();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == quote && !long {
            return after;
        }
        if *byte == quote && rest.starts_with(&[quote; 3]) {
            // Up to two quotes may stand before the three.
            let quotes = rest.iter().take(5).take_while(|byte| **byte == quote);
            return rest.get(quotes.count()..).unwrap_or_default();
        }
        rest = match *byte {
            b'\\' if quote == b'"' => after.get(1..).unwrap_or_default(),
            // It has no end: the reader says so.
            b'\n' if !long => return rest,
            _ => after,
        };
    }
    rest
}

fn toml_table(
    table: &DeTable<'_>,
    line: usize,
    lines: &Lines,
    level: usize,
    values: &mut usize,
) -> Result<Node, SeedError> {
    let mut members = Vec::new();
    for (name, value) in table {
        let line = lines.of_byte(name.span().start);
        let node = toml_value(value.get_ref(), line, lines, level + 1, values)?;
        members.push((name.get_ref().to_string(), line, node));
    }
    // By place: the reader sorts by name.
    members.sort_by_key(|(_, line, _)| *line);
    Ok(Node {
        line,
        content: Content::Table(members),
    })
}

fn toml_value(
    value: &DeValue<'_>,
    line: usize,
    lines: &Lines,
    level: usize,
    values: &mut usize,
) -> Result<Node, SeedError> {
    *values += 1;
    if level > MOST_LEVELS || *values > MOST_VALUES {
        return Err(SeedError::limit(line, "the file has too much in it"));
    }
    let content = match value {
        DeValue::String(text) => Content::Text(text.to_string()),
        DeValue::Integer(number) => {
            let whole = i64::from_str_radix(number.as_str(), number.radix());
            let whole = whole.map_err(|_| SeedError::at(line, "the number is too large"))?;
            Content::Number(whole.into())
        }
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(Number::from_f64);
            Content::Number(number.ok_or_else(|| SeedError::at(line, "this is no number"))?)
        }
        DeValue::Boolean(value) => Content::Bool(*value),
        DeValue::Datetime(_) => {
            return Err(SeedError::at(
                line,
                "a date is written as a text, in quotes",
            ));
        }
        DeValue::Array(items) => {
            let mut list = Vec::with_capacity(items.len());
            for item in items.iter() {
                let line = lines.of_byte(item.span().start);
                list.push(toml_value(item.get_ref(), line, lines, level + 1, values)?);
            }
            Content::List(list)
        }
        DeValue::Table(table) => return toml_table(table, line, lines, level, values),
    };
    Ok(Node { line, content })
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(ends.map(|(at, _)| at).collect())
    }

    fn of_byte(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}
