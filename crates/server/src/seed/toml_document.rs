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
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(0, |span| lines.of_byte(span.start));
        SeedError::at(line, "this is no TOML")
    })?;
    let mut values = 0;
    let line = lines.of_byte(table.span().start);
    toml_table(table.get_ref(), line, &lines, 0, &mut values)
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
