//! A document that a person wrote, in YAML, JSON or TOML, as values that know their lines.
//!
//! Everything is bounded before it is kept: bytes, levels, values, and what aliases of YAML repeat, which is counted as
//! often as it is repeated. The short tags of CloudFormation (`!Ref x`) become their long forms.

use std::collections::{HashMap, HashSet};
use std::fmt;

use cognate_access::json;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::error::Category;
use serde_json::{Number, Value};

use super::{SeedError, toml_document};

/// The most bytes of a document, and of the texts in it with what aliases repeat.
pub const MOST_BYTES: usize = 8 << 20;
/// The most values in a document.
pub(super) const MOST_VALUES: usize = 400_000;
/// The most levels of lists and tables.
pub(super) const MOST_LEVELS: usize = 64;

/// The language of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// YAML 1.2.
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

impl Language {
    /// Returns the language that a file's name says; None for another ending.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "yaml" | "yml" | "template" => Some(Self::Yaml),
            "json" | "tfstate" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its line, from 1; 0 if it is not known.
    pub line: usize,
    /// What it is.
    pub content: Content,
}

/// A value.
#[derive(Clone, PartialEq)]
pub enum Content {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A table: names with their lines, in the order of the document.
    Table(Vec<(String, usize, Node)>),
}

/// Shows the kind alone: a seed has passwords.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Content {
    /// Returns what a person calls a value of this kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// Returns a member of a table.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.content {
            Content::Table(members) => members
                .iter()
                .find(|(known, ..)| known == name)
                .map(|(.., node)| node),
            _ => None,
        }
    }

    /// Returns the text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value as JSON.
    pub fn to_json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(value) => Value::Number(value.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Table(members) => members
                .iter()
                .map(|(name, _, node)| (name.clone(), node.to_json()))
                .collect(),
        }
    }

    /// Returns JSON as values of one line.
    pub fn of_json(value: &Value, line: usize) -> Self {
        let content = match value {
            Value::Null => Content::Null,
            Value::Bool(value) => Content::Bool(*value),
            Value::Number(value) => Content::Number(value.clone()),
            Value::String(text) => Content::Text(text.clone()),
            Value::Array(items) => {
                Content::List(items.iter().map(|item| Self::of_json(item, line)).collect())
            }
            Value::Object(members) => Content::Table(
                members
                    .iter()
                    .map(|(name, item)| (name.clone(), line, Self::of_json(item, line)))
                    .collect(),
            ),
        };
        Self { line, content }
    }
}

/// Reads a document.
///
/// # Errors
/// What is wrong, with its line; never with what stands there.
pub fn read(text: &str, language: Language) -> Result<Node, SeedError> {
    if text.len() > MOST_BYTES {
        return Err(SeedError::of("the file is larger than 8 MiB"));
    }
    match language {
        Language::Yaml => yaml(text),
        Language::Json => json(text),
        Language::Toml => toml_document::read(text),
    }
}

/// JSON is YAML, which knows the lines; what makes JSON of it is decided by the reader of JSON, within the same bounds.
fn json(text: &str) -> Result<Node, SeedError> {
    let value = json::bounded(text.as_bytes(), MOST_VALUES).map_err(|error| {
        let line = error.line();
        let why = error.to_string();
        match error.classify() {
            _ if why.starts_with(json::TOO_MANY) => {
                SeedError::limit(line, "the file has too much in it")
            }
            _ if why.starts_with(json::TWICE) => SeedError::at(line, "a name is there twice"),
            Category::Eof => SeedError::at(line, "the file ends too early"),
            _ => SeedError::at(line, "this is no JSON"),
        }
    })?;
    match yaml(text) {
        Ok(node) if node.to_json() == value => Ok(node),
        Err(error) if error.is_limit() => Err(error),
        // Escapes that only JSON has: the lines are lost, nothing else.
        _ if levels(&value) > MOST_LEVELS => {
            Err(SeedError::limit(0, "the file has more than 64 levels"))
        }
        _ => Ok(Node::of_json(&value, 0)),
    }
}

/// Returns the levels of lists and tables.
fn levels(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(levels).max(),
        Value::Object(members) => members.values().map(levels).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or_default()
}

/// A list or a table that is not complete.
struct Open {
    anchor: usize,
    line: usize,
    tag: Option<String>,
    items: Items,
    values: usize,
    bytes: usize,
}

enum Items {
    List(Vec<Node>),
    Table(Members),
}

/// The members of a table so far.
#[derive(Default)]
struct Members {
    all: Vec<(String, usize, Node)>,
    /// Their names, of the one whose value comes next too.
    names: HashSet<String>,
    /// The name whose value comes next, and its line.
    next: Option<(String, usize)>,
}

/// A value that is complete, and what it counts.
struct Made {
    node: Node,
    values: usize,
    bytes: usize,
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, Made>,
    root: Option<Node>,
    values: usize,
    bytes: usize,
}

fn yaml(text: &str) -> Result<Node, SeedError> {
    let mut reader = Reader::default();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            SeedError::at(error.marker().line(), "this is no YAML that is understood")
        })?;
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(SeedError::at(line, "a file has one document"));
                }
            }
            Event::Alias(anchor) => reader.repeat(anchor, line)?,
            Event::Scalar(text, style, anchor, tag) => {
                reader.scalar(&text, style, anchor, tag.as_deref(), line)?;
            }
            Event::SequenceStart(anchor, tag) => {
                reader.begin(Items::List(Vec::new()), anchor, tag.as_deref(), line)?;
            }
            Event::MappingStart(anchor, tag) => {
                let items = Items::Table(Members::default());
                reader.begin(items, anchor, tag.as_deref(), line)?;
            }
            Event::SequenceEnd | Event::MappingEnd => reader.end()?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }
    let empty = Node {
        line: 1,
        content: Content::Null,
    };
    Ok(reader.root.unwrap_or(empty))
}

impl Reader {
    fn begin(
        &mut self,
        items: Items,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<(), SeedError> {
        if self.open.len() >= MOST_LEVELS {
            return Err(SeedError::limit(line, "the file has more than 64 levels"));
        }
        self.open.push(Open {
            anchor,
            line,
            tag: long_form(tag, line)?,
            items,
            values: 0,
            bytes: 0,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), SeedError> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let node = Node {
            line: open.line,
            content: match open.items {
                Items::List(items) => Content::List(items),
                Items::Table(members) => Content::Table(members.all),
            },
        };
        let made = Made {
            node: tagged(node, open.tag),
            values: open.values + 1,
            bytes: open.bytes,
        };
        self.count(1, 0, open.line)?;
        self.keep(made, open.anchor)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<(), SeedError> {
        self.count(1, text.len(), line)?;
        if let Some(Open {
            items: Items::Table(members),
            ..
        }) = self.open.last_mut()
            && members.next.is_none()
        {
            if tag.is_some() || anchor != 0 {
                return Err(SeedError::at(line, "the name of a member is a plain text"));
            }
            if !members.names.insert(text.to_owned()) {
                return Err(SeedError::at(line, &format!("`{text}` is there twice")));
            }
            members.next = Some((text.to_owned(), line));
            return Ok(());
        }
        let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
        let content = match style {
            ScalarStyle::Plain if !is_text => plain(text),
            _ => Content::Text(text.to_owned()),
        };
        let made = Made {
            node: tagged(Node { line, content }, long_form(tag, line)?),
            values: 1,
            bytes: text.len(),
        };
        self.keep(made, anchor)
    }

    /// Repeats what an anchor names.
    fn repeat(&mut self, anchor: usize, line: usize) -> Result<(), SeedError> {
        let made = self.anchors.get(&anchor);
        let made = made.ok_or_else(|| SeedError::at(line, "an alias is within what it names"))?;
        let (values, bytes) = (made.values, made.bytes);
        // Before the copy is made.
        self.count(values, bytes, line)?;
        let Some(made) = self.anchors.get(&anchor) else {
            return Ok(());
        };
        let made = Made {
            node: made.node.clone(),
            values,
            bytes,
        };
        self.keep(made, 0)
    }

    fn count(&mut self, values: usize, bytes: usize, line: usize) -> Result<(), SeedError> {
        self.values = self.values.saturating_add(values);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.values > MOST_VALUES || self.bytes > MOST_BYTES {
            return Err(SeedError::limit(
                line,
                "the file has too much in it, with what its aliases repeat",
            ));
        }
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn keep(&mut self, made: Made, anchor: usize) -> Result<(), SeedError> {
        let Made {
            node,
            values,
            bytes,
        } = made;
        if anchor != 0 {
            // A copy for its aliases, which counts as one more.
            self.count(values, bytes, node.line)?;
            let node = node.clone();
            self.anchors.insert(
                anchor,
                Made {
                    node,
                    values,
                    bytes,
                },
            );
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.values += values;
        parent.bytes += bytes;
        match &mut parent.items {
            Items::List(items) => items.push(node),
            Items::Table(members) => {
                let Some((name, line)) = members.next.take() else {
                    let what = "the name of a member is a plain text";
                    return Err(SeedError::at(node.line, what));
                };
                members.all.push((name, line, node));
            }
        }
        Ok(())
    }
}

/// Returns the long form of a tag of CloudFormation; None without a tag or with one of YAML's own for texts.
fn long_form(tag: Option<&Tag>, line: usize) -> Result<Option<String>, SeedError> {
    let Some(tag) = tag else {
        return Ok(None);
    };
    if tag.is_yaml_core_schema() {
        return Ok(None);
    }
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("!", name @ ("Ref" | "Condition")) => Ok(Some(name.to_owned())),
        ("!", name) if name.bytes().all(|b| b.is_ascii_alphanumeric()) && !name.is_empty() => {
            Ok(Some(format!("Fn::{name}")))
        }
        _ => Err(SeedError::at(line, "a tag is not understood")),
    }
}

fn tagged(node: Node, tag: Option<String>) -> Node {
    let Some(name) = tag else {
        return node;
    };
    let line = node.line;
    Node {
        line,
        content: Content::Table(vec![(name, line, node)]),
    }
}

/// Reads a plain scalar by the core schema of YAML 1.2.
fn plain(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Content::Null,
        "true" | "True" | "TRUE" => return Content::Bool(true),
        "false" | "False" | "FALSE" => return Content::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = digits.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let is_whole = digits.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        // A code or a phone number with a 0 in front stays what it is.
        let padded = is_whole && digits.len() > 1 && digits.starts_with('0');
        if is_whole && !padded && !text.starts_with('+') {
            if let Ok(number) = text.parse::<i64>() {
                return Content::Number(number.into());
            }
        } else if !is_whole && let Some(number) = text.parse().ok().and_then(Number::from_f64) {
            return Content::Number(number);
        }
    }
    Content::Text(text.to_owned())
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
