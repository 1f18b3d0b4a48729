//! The language of Terraform and OpenTofu, written: blocks, attributes, and values with what they must escape.
//!
//! Layout is that of `terraform fmt`: two spaces a level, and the `=` of neighbouring one-line attributes in one column.

use std::fmt::Write as _;

use serde_json::Value;

use crate::texts::is_shown;

/// What stands behind `name =`.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A value, with all its texts quoted.
    Value(Value),
    /// A reference, written as it is: made of names by [`name`] alone.
    Reference(String),
    /// Values and references.
    List(Vec<Expression>),
    /// Values and references by name.
    Table(Vec<(String, Expression)>),
    /// `jsonencode(...)` of a value.
    Json(Value),
}

#[cfg(test)]
impl Expression {
    fn to_json(&self) -> Value {
        use serde_json::json;
        match self {
            Self::Value(value) => value.clone(),
            Self::Reference(reference) => json!({"reference": reference}),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Table(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json()))
                .collect(),
            Self::Json(value) => value.to_string().into(),
        }
    }
}

/// The inside of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Attribute(String, Expression),
    Block(String, Vec<String>, Body),
    Comment(String),
}

impl Body {
    /// Adds `name = expression`. `name` is one of the provider's or made by [`name`].
    pub fn set(&mut self, name: &str, expression: Expression) {
        self.items
            .push(Item::Attribute(name.to_owned(), expression));
    }

    /// Adds `name = "text"`.
    pub fn text(&mut self, name: &str, text: &str) {
        self.set(name, Expression::Value(text.into()));
    }

    /// Adds a block.
    pub fn block(&mut self, name: &str, labels: &[&str], body: Self) {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.items.push(Item::Block(name.to_owned(), labels, body));
    }

    /// Adds a comment, a line for each line of the text.
    pub fn comment(&mut self, text: &str) {
        self.items.push(Item::Comment(text.to_owned()));
    }

    /// True if there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the text of the file whose content this is.
    pub fn file(&self) -> String {
        let mut out = String::new();
        self.write(0, true, &mut out);
        out
    }

    /// Returns the same without heredocs: no blank before a line of it is part of a text, so that it may stand anywhere.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        self.write(0, false, &mut out);
        out
    }

    /// Returns what it says as JSON: blocks of a file in a list, else by name.
    #[cfg(test)]
    pub fn to_json(&self, file: bool) -> Value {
        use serde_json::{Map, json};
        let mut members = Map::new();
        let mut blocks = Vec::new();
        for item in &self.items {
            match item {
                Item::Attribute(name, expression) => {
                    members.insert(name.clone(), expression.to_json());
                }
                Item::Block(name, labels, body) if file => {
                    blocks.push(
                        json!({"block": name, "labels": labels, "body": body.to_json(false)}),
                    );
                }
                Item::Block(name, _, body) => {
                    let items = members.entry(name).or_insert_with(|| json!([]));
                    if let Value::Array(items) = items {
                        items.push(body.to_json(false));
                    }
                }
                Item::Comment(_) => {}
            }
        }
        match file {
            true => blocks.into(),
            false => members.into(),
        }
    }

    fn write(&self, indent: usize, heredocs: bool, out: &mut String) {
        let mut at = 0;
        while let Some(item) = self.items.get(at) {
            let block = matches!(item, Item::Block(..));
            let before = at.checked_sub(1).and_then(|before| self.items.get(before));
            let follows_block = matches!(before, Some(Item::Block(..)));
            let follows_attribute = matches!(before, Some(Item::Attribute(..)));
            if follows_block || (block && follows_attribute) {
                out.push('\n');
            }
            match item {
                Item::Attribute(..) => {
                    let group = self.group(at, heredocs);
                    let width = group.iter().map(|(name, _)| name.chars().count()).max();
                    for (name, value) in &group {
                        pad(indent, out);
                        let _ = write!(out, "{name:width$} = ", width = width.unwrap_or_default());
                        out.push_str(value);
                        out.push('\n');
                    }
                    if group.is_empty()
                        && let Item::Attribute(name, expression) = item
                    {
                        pad(indent, out);
                        let _ = write!(out, "{name} = ");
                        written(expression, indent, heredocs, out);
                        out.push('\n');
                    }
                    at += group.len().max(1);
                    continue;
                }
                Item::Block(name, labels, body) => {
                    pad(indent, out);
                    out.push_str(name);
                    for label in labels {
                        let _ = write!(out, " {}", quoted(label));
                    }
                    out.push_str(" {");
                    if !body.is_empty() {
                        out.push('\n');
                        body.write(indent + 2, heredocs, out);
                        pad(indent, out);
                    }
                    out.push_str("}\n");
                }
                Item::Comment(text) => {
                    for line in text.lines() {
                        pad(indent, out);
                        out.push_str("# ");
                        // A text of the pool may be made for a terminal.
                        let shown = line.chars().filter(|c| !c.is_control());
                        out.extend(shown);
                        out.push('\n');
                    }
                }
            }
            at += 1;
        }
    }

    /// Returns the neighbouring attributes from one on whose `=` stand in one column.
    fn group(&self, from: usize, heredocs: bool) -> Vec<(&str, String)> {
        let mut group = Vec::new();
        for item in self.items.iter().skip(from) {
            let Item::Attribute(name, expression) = item else {
                break;
            };
            let mut value = String::new();
            written(expression, 0, heredocs, &mut value);
            // A heredoc stands in the column of its neighbours, a table does not.
            if value.contains('\n') && !value.starts_with("<<") {
                break;
            }
            group.push((name.as_str(), value));
        }
        group
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn written(expression: &Expression, indent: usize, heredocs: bool, out: &mut String) {
    match expression {
        Expression::Value(Value::String(text)) if heredocs => match heredoc(text) {
            Some(document) => out.push_str(&document),
            None => out.push_str(&quoted(text)),
        },
        other => inner(other, indent, out),
    }
}

/// Writes an expression without heredocs, which end in a line of their own.
fn inner(expression: &Expression, indent: usize, out: &mut String) {
    match expression {
        Expression::Value(value) => plain(value, indent, out),
        Expression::Reference(reference) => out.push_str(reference),
        Expression::List(items) => {
            list(items.iter(), out, |item, out| inner(item, indent, out));
        }
        Expression::Table(members) => {
            let members: Vec<(String, String)> = members
                .iter()
                .map(|(name, value)| {
                    let mut text = String::new();
                    inner(value, indent + 2, &mut text);
                    (key(name), text)
                })
                .collect();
            table(&members, indent, out);
        }
        Expression::Json(value) => {
            out.push_str("jsonencode(");
            plain(value, indent, out);
            out.push(')');
        }
    }
}

fn list<T>(items: impl Iterator<Item = T>, out: &mut String, write: impl Fn(T, &mut String)) {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
    out.push(']');
}

fn plain(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(items) => list(items.iter(), out, |item, out| plain(item, indent, out)),
        Value::Object(members) => {
            let members: Vec<(String, String)> = members
                .iter()
                .map(|(name, value)| {
                    let mut text = String::new();
                    plain(value, indent + 2, &mut text);
                    (key(name), text)
                })
                .collect();
            table(&members, indent, out);
        }
        // Null, true, false and numbers are written as in JSON.
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Writes a table whose names and values are written.
fn table(members: &[(String, String)], indent: usize, out: &mut String) {
    if members.is_empty() {
        out.push_str("{}");
        return;
    }
    out.push_str("{\n");
    let one_line = |member: &&(String, String)| !member.1.contains('\n');
    for (at, (name, value)) in members.iter().enumerate() {
        let (before, after) = members.split_at(at);
        let before = before.iter().rev().take_while(one_line);
        let after = after.iter().take_while(one_line);
        let widths = before.chain(after).map(|(name, _)| name.chars().count());
        let width = match value.contains('\n') {
            true => 0,
            false => widths.max().unwrap_or_default(),
        };
        pad(indent + 2, out);
        let _ = writeln!(out, "{name:width$} = {value}");
    }
    pad(indent, out);
    out.push('}');
}

fn key(name: &str) -> String {
    match is_name(name) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !["true", "false", "null", "for"].contains(&text)
}

/// Returns a name of a resource that follows from a text: letters, digits and underscores.
pub fn name(text: &str) -> String {
    let fits = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '_',
    };
    let mut name: String = text.chars().map(fits).take(60).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "r_");
    }
    name
}

/// Returns a text in quotes: what starts an interpolation or a directive is doubled.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if !is_shown(c) => {
                let _ = match u32::from(c) {
                    code @ 0..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns a text of several lines as a heredoc, which always ends with the end of a line; None for other texts.
fn heredoc(text: &str) -> Option<String> {
    let lines = text.strip_suffix('\n')?;
    if !lines.contains('\n') || !text.chars().all(|c| c == '\n' || c == '\t' || is_shown(c)) {
        return None;
    }
    let ends = |word: &str| lines.lines().any(|line| line.trim() == word);
    let word = (0..100)
        .map(|at| match at {
            0 => "EOT".to_owned(),
            at => format!("EOT{at}"),
        })
        .find(|word| !ends(word))?;
    // In a heredoc a backslash is a backslash, and only templates are read.
    let mut out = format!("<<{word}\n");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if matches!(c, '$' | '%') && rest.peek() == Some(&'{') {
            out.push(c);
        }
        out.push(c);
    }
    out.push_str(&word);
    Some(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_quoted() {
        for (text, expected) in [
            ("plain ä 漢 😀", "\"plain ä 漢 😀\""),
            ("a \"b\" \\ c", r#""a \"b\" \\ c""#),
            ("${x} %{if} $ { % {", r#""$${x} %%{if} $ { % {""#),
            ("$${x}", r#""$$${x}""#),
            ("$", r#""$""#),
            ("a\nb\r\t", r#""a\nb\r\t""#),
            (
                "\u{0}\u{1b}\u{202e}\u{e0001}",
                "\"\\u0000\\u001b\\u202e\u{e0001}\"",
            ),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn several_lines_are_a_heredoc_where_it_says_the_same() {
        for (text, expected) in [
            ("a\nb\n", Some("<<EOT\na\nb\nEOT")),
            ("a\n  EOT\n", Some("<<EOT1\na\n  EOT\nEOT1")),
            ("\\n ${x}\n%{y}\n", Some("<<EOT\n\\n $${x}\n%%{y}\nEOT")),
            ("a\nb", None),
            ("a\n", None),
            ("a\r\nb\n", None),
        ] {
            assert_eq!(heredoc(text).as_deref(), expected);
        }
    }

    #[test]
    fn names_fit() {
        for (text, expected) in [
            ("My Pool", "my_pool"),
            ("9-lives", "r_9_lives"),
            ("", "r_"),
            ("\"}\nresource", "r____resource"),
            ("ünï", "r__n_"),
        ] {
            assert_eq!(name(text), expected);
        }
    }

    #[test]
    fn blocks_are_laid_out_as_terraform_does() {
        let mut inner = Body::default();
        inner.text("name", "x");
        inner.set("priority", Expression::Value(json!(1)));
        let mut body = Body::default();
        body.comment("one\ntwo\u{1b}[0m");
        body.text("name", "a");
        body.set("pool", Expression::Reference("aws_x.y.id".to_owned()));
        body.set(
            "tags",
            Expression::Value(json!({"a": "1", "long-name": "2", "with space": {"x": [1]}})),
        );
        body.set(
            "flags",
            Expression::List(vec![Expression::Value(json!(true))]),
        );
        body.block("mechanism", &[], inner);
        body.block("empty", &[], Body::default());
        let mut file = Body::default();
        file.block("resource", &["t", "n"], body);
        let expected = "resource \"t\" \"n\" {\n  # one\n  # two[0m\n  name = \"a\"\n  pool = aws_x.y.id\n  tags = {\n    \
                        a         = \"1\"\n    long-name = \"2\"\n    \"with space\" = {\n      x = [1]\n    }\n  }\n  \
                        flags = [true]\n\n  mechanism {\n    name     = \"x\"\n    priority = 1\n  }\n\n  empty {}\n}\n";
        assert_eq!(file.file(), expected);
    }
}
