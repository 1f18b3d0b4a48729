//! What members of the API are called in Terraform's provider for AWS: tables that are read in both directions.

use serde_json::{Map, Value};

use crate::hcl::{Body, Expression};

/// A member of the API, and the attribute or block of a resource that says the same.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in Terraform.
    pub attribute: &'static str,
    /// The name in the API; members of members with a dot between.
    pub member: &'static str,
    /// What it is.
    pub form: Form,
}

/// What a field is.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// A whole number, of which 0 says that there is none.
    Positive,
    /// True or false.
    Switch,
    /// Texts.
    Texts,
    /// Texts by name.
    Table,
    /// A document that Terraform keeps as a text of JSON.
    Document,
    /// A block that is there once at most.
    Block(&'static [Field]),
    /// A block for each item of a list.
    Blocks(&'static [Field]),
    /// A block with one block in it for each item of a list: its name, and what each has.
    List(&'static str, &'static [Field]),
}

/// Returns a field.
pub const fn field(attribute: &'static str, member: &'static str, form: Form) -> Field {
    Field {
        attribute,
        member,
        form,
    }
}

/// Returns members of the API as attributes of a state say them. What is empty says nothing.
pub fn members(fields: &[Field], attributes: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for field in fields {
        let value = attributes.get(field.attribute);
        if let Some(value) = value.and_then(|value| member(field.form, value)) {
            put(&mut out, field.member, value);
        }
    }
    out
}

fn member(form: Form, value: &Value) -> Option<Value> {
    match (form, value) {
        (_, Value::Null) => None,
        (Form::Document, Value::String(text)) => serde_json::from_str(text).ok(),
        (_, Value::String(text)) if text.is_empty() => None,
        (Form::Positive, Value::Number(number)) if number.as_f64() == Some(0.0) => None,
        (Form::Texts, Value::Array(items)) if items.is_empty() => None,
        (Form::Table, Value::Object(items)) if items.is_empty() => None,
        (Form::Block(fields), Value::Array(items)) => {
            items.first().map(|item| Value::Object(inner(fields, item)))
        }
        (Form::Blocks(_), Value::Array(items)) if items.is_empty() => None,
        (Form::Blocks(fields), Value::Array(items)) => {
            let items = items.iter().map(|item| Value::Object(inner(fields, item)));
            Some(items.collect())
        }
        (Form::List(name, fields), Value::Array(items)) => {
            let items = items.first()?.get(name)?;
            member(Form::Blocks(fields), items)
        }
        (_, value) => Some(value.clone()),
    }
}

fn inner(fields: &[Field], item: &Value) -> Map<String, Value> {
    item.as_object()
        .map(|item| members(fields, item))
        .unwrap_or_default()
}

/// Puts a value at a path with dots.
pub fn put(table: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((name, rest)) => {
            let inner = table
                .entry(name)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Takes the value at a path with dots away; tables that are empty then go, too.
pub fn take(table: &mut Map<String, Value>, path: &str) -> Option<Value> {
    let Some((name, rest)) = path.split_once('.') else {
        return table.remove(path);
    };
    let Some(Value::Object(inner)) = table.get_mut(name) else {
        return None;
    };
    let taken = take(inner, rest);
    if inner.is_empty() && taken.is_some() {
        table.remove(name);
    }
    taken
}

/// Moves what fields say of members into a body. What no field has stays.
pub fn body(fields: &[Field], members: &mut Map<String, Value>, out: &mut Body) {
    // Attributes stand before blocks.
    for blocks in [false, true] {
        for field in fields.iter().filter(|field| is_block(field.form) == blocks) {
            if let Some(value) = take(members, field.member)
                && let Some(rest) = written(field, value, out)
            {
                put(members, field.member, rest);
            }
        }
    }
}

const fn is_block(form: Form) -> bool {
    matches!(form, Form::Block(_) | Form::Blocks(_) | Form::List(..))
}

/// Writes a field; returns what of its value no field has.
fn written(field: &Field, value: Value, out: &mut Body) -> Option<Value> {
    let name = field.attribute;
    match (field.form, value) {
        (_, Value::Null) => None,
        (Form::Document, value) => {
            out.set(name, Expression::Json(value));
            None
        }
        (Form::Block(fields), Value::Object(mut members)) => {
            let mut inner = Body::default();
            body(fields, &mut members, &mut inner);
            out.block(name, &[], inner);
            left(members)
        }
        (Form::Blocks(fields), Value::Array(items)) => {
            blocks(name, fields, items, out);
            None
        }
        (Form::List(inner, fields), Value::Array(items)) => {
            let mut around = Body::default();
            blocks(inner, fields, items, &mut around);
            out.block(name, &[], around);
            None
        }
        (Form::Block(_) | Form::Blocks(_) | Form::List(..), other) => Some(other),
        (_, value) => {
            out.set(name, Expression::Value(value));
            None
        }
    }
}

fn blocks(name: &str, fields: &[Field], items: Vec<Value>, out: &mut Body) {
    for item in items {
        if let Value::Object(mut members) = item {
            let mut inner = Body::default();
            body(fields, &mut members, &mut inner);
            out.block(name, &[], inner);
        }
    }
}

fn left(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Names the members of a value that say something, with dots between.
pub fn paths(value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

fn walk(value: &Value, path: &str, out: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                let path = match path.is_empty() {
                    true => name.clone(),
                    false => format!("{path}.{name}"),
                };
                walk(value, &path, out);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::String(text) if text.is_empty() => {}
        _ => out.push(path.to_owned()),
    }
}
