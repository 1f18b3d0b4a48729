//! Where two values of a resource differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A step to a place in a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An attribute, a block, or a member of a table.
    Name(String),
    /// One of several blocks, by the attribute that names it and what that says; None for blocks without one.
    Item(Option<(String, String)>),
}

impl Step {
    /// Returns the name; of an item what names it.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Item(Some((_, text))) => text,
            Self::Item(None) => "",
        }
    }
}

/// A difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: Vec<Step>,
    /// What is there; null for nothing.
    pub there: Value,
    /// What the plan makes of it; null for nothing.
    pub planned: Value,
}

/// The attributes by which blocks of which there are several are told apart.
const KEYS: [&str; 4] = ["name", "scope_name", "event_source", "category"];

/// True for an attribute that is a table with names of the user's own.
pub fn is_table(name: &str) -> bool {
    matches!(
        name,
        "provider_details" | "attribute_mapping" | "tags" | "tags_all" | "attributes"
    )
}

/// Returns a place as a person writes it: `schema["email"].mutable`.
pub fn shown(path: &[Step]) -> String {
    let mut out = String::new();
    let mut table = false;
    for (at, step) in path.iter().enumerate() {
        match step {
            Step::Item(Some((_, text))) => {
                out.push_str(&format!("[{}]", Value::from(text.as_str())))
            }
            Step::Item(None) => {}
            Step::Name(name) if table => out.push_str(&format!("[{}]", Value::from(name.as_str()))),
            Step::Name(name) => {
                if at > 0 {
                    out.push('.');
                }
                out.push_str(name);
                table = is_table(name);
            }
        }
    }
    out
}

/// True for what says that there is nothing.
pub fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Returns the differences of two values of a resource; what is known only after the change is none.
pub fn between(there: &Value, planned: &Value, unknown: &Value) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut path = Vec::new();
    walk(&mut path, there, planned, unknown, &mut out);
    out
}

fn walk(
    path: &mut Vec<Step>,
    there: &Value,
    planned: &Value,
    unknown: &Value,
    out: &mut Vec<Difference>,
) {
    if unknown == &Value::Bool(true) || (is_nothing(there) && is_nothing(planned)) {
        return;
    }
    match (there, planned) {
        (Value::Object(there), Value::Object(planned)) => {
            members(path, there, planned, unknown, out);
        }
        (Value::Array(there), Value::Array(planned)) if is_blocks(there) || is_blocks(planned) => {
            blocks(path, there, planned, unknown, out);
        }
        // Sets and lists of texts: an order is none of the differences that are looked for.
        (Value::Array(a), Value::Array(b))
            if a.len() == b.len() && a.iter().all(|item| b.contains(item)) => {}
        (there, planned) if there == planned => {}
        (there, planned) => out.push(Difference {
            path: path.clone(),
            there: there.clone(),
            planned: planned.clone(),
        }),
    }
}

fn is_blocks(items: &[Value]) -> bool {
    items.iter().any(Value::is_object)
}

fn members(
    path: &mut Vec<Step>,
    there: &Map<String, Value>,
    planned: &Map<String, Value>,
    unknown: &Value,
    out: &mut Vec<Difference>,
) {
    let names: BTreeSet<&String> = there.keys().chain(planned.keys()).collect();
    for name in names {
        // Tags of the provider stand in `tags_all` besides, and follow from `tags`.
        if path.is_empty() && name == "tags_all" {
            continue;
        }
        let null = Value::Null;
        let member = |table: &Map<String, Value>| table.get(name).cloned().unwrap_or_default();
        path.push(Step::Name(name.clone()));
        let unknown = unknown.get(name).unwrap_or(&null);
        walk(path, &member(there), &member(planned), unknown, out);
        path.pop();
    }
}

fn key(block: &Value) -> Option<(String, String)> {
    KEYS.iter().find_map(|key| {
        let text = block.get(*key)?.as_str()?;
        // The service adds prefixes to custom attributes, which some versions of the provider keep.
        let bare = text.strip_prefix("dev:").unwrap_or(text);
        let bare = bare.strip_prefix("custom:").unwrap_or(bare);
        Some(((*key).to_owned(), bare.to_owned()))
    })
}

fn blocks(
    path: &mut Vec<Step>,
    there: &[Value],
    planned: &[Value],
    unknown: &Value,
    out: &mut Vec<Difference>,
) {
    // One block that is there or is not, as most of them.
    if there.len() <= 1
        && planned.len() <= 1
        && there
            .iter()
            .chain(planned)
            .all(|block| key(block).is_none())
    {
        match (there.first(), planned.first()) {
            (Some(there), Some(planned)) => {
                let null = Value::Null;
                path.push(Step::Item(None));
                walk(path, there, planned, unknown.get(0).unwrap_or(&null), out);
                path.pop();
            }
            _ => out.push(Difference {
                path: path.clone(),
                there: there.into(),
                planned: planned.into(),
            }),
        }
        return;
    }
    let same = |a: &&Value, b: &&Value| match (key(a), key(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a == b,
        _ => false,
    };
    // The place of an item of a set says nothing, so neither does what is not known at that place.
    for block in there {
        path.push(Step::Item(key(block)));
        match planned.iter().find(|other| same(&block, other)) {
            Some(other) => walk(path, block, other, &Value::Null, out),
            None => out.push(Difference {
                path: path.clone(),
                there: block.clone(),
                planned: Value::Null,
            }),
        }
        path.pop();
    }
    for block in planned {
        if !there.iter().any(|other| same(&block, &other)) && !is_nothing(block) {
            path.push(Step::Item(key(block)));
            out.push(Difference {
                path: path.clone(),
                there: Value::Null,
                planned: block.clone(),
            });
            path.pop();
        }
    }
}

/// True if the marks of a plan say that what is at a path is secret.
pub fn is_marked(path: &[Step], marks: &Value) -> bool {
    let mut marks = marks;
    for step in path {
        if marks == &Value::Bool(true) {
            return true;
        }
        let inner = match step {
            Step::Name(name) => marks.get(name),
            // Which of a set's marks is whose cannot be told.
            Step::Item(_) => return is_any_marked(marks),
        };
        match inner {
            Some(inner) => marks = inner,
            None => return false,
        }
    }
    is_any_marked(marks)
}

fn is_any_marked(marks: &Value) -> bool {
    match marks {
        Value::Bool(mark) => *mark,
        Value::Array(items) => items.iter().any(is_any_marked),
        Value::Object(members) => members.values().any(is_any_marked),
        _ => false,
    }
}
