//! What members of the API are called in Terraform's provider for AWS: tables that are read in both directions.

use serde_json::{Map, Value};

use crate::hcl::{Body, Expression};
use crate::reading;
use crate::tables::says_something;

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

/// What a reader of attributes keeps beside their members.
#[derive(Debug, Default)]
pub struct Rest {
    /// The paths of what says something and has no field, or is not what its field says.
    pub paths: Vec<String>,
    /// The values of documents that stood in texts: those of a whole state have the bound of one file.
    values: usize,
}

impl Rest {
    fn name(&mut self, path: &str, value: &Value) {
        if says_something(value) {
            self.paths.push(path.to_owned());
        }
    }
}

/// Returns members of the API as attributes of a state say them, and names in `rest` what has no place in them. What is empty
/// says nothing.
pub fn members(
    fields: &[Field],
    attributes: &Map<String, Value>,
    rest: &mut Rest,
) -> Map<String, Value> {
    inner(fields, attributes, "", rest)
}

fn inner(
    fields: &[Field],
    attributes: &Map<String, Value>,
    path: &str,
    rest: &mut Rest,
) -> Map<String, Value> {
    let mut out = Map::new();
    for field in fields {
        if let Some(value) = attributes.get(field.attribute)
            && let Some(value) = member(field.form, value, &below(path, field.attribute), rest)
        {
            put(&mut out, field.member, value);
        }
    }
    for (name, value) in attributes {
        if !fields.iter().any(|field| field.attribute == name) {
            rest.name(&below(path, name), value);
        }
    }
    out
}

/// Returns the path of a member of what is at a path.
pub fn below(path: &str, name: &str) -> String {
    match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    }
}

fn member(form: Form, value: &Value, path: &str, rest: &mut Rest) -> Option<Value> {
    match (form, value) {
        (_, Value::Null) => None,
        (_, Value::String(text)) if text.is_empty() => None,
        (Form::Document, Value::String(text)) => {
            let read = reading::within(text.as_bytes(), &mut rest.values);
            if read.is_err() {
                rest.name(path, value);
            }
            read.ok()
        }
        (Form::Positive, Value::Number(number)) if number.as_f64() == Some(0.0) => None,
        (Form::Texts, Value::Array(items)) if items.is_empty() => None,
        (Form::Table, Value::Object(items)) if items.is_empty() => None,
        (Form::Block(fields), Value::Array(items)) => {
            let first = first(items, path, rest)?;
            Some(item(fields, first, path, rest))
        }
        (Form::Blocks(_), Value::Array(items)) if items.is_empty() => None,
        (Form::Blocks(fields), Value::Array(items)) => {
            let items = items.iter().enumerate();
            let items =
                items.map(|(at, value)| item(fields, value, &format!("{path}[{at}]"), rest));
            Some(items.collect())
        }
        (Form::List(name, fields), Value::Array(items)) => {
            let Value::Object(around) = first(items, path, rest)? else {
                rest.name(path, value);
                return None;
            };
            let mut list = None;
            for (other, value) in around {
                let path = below(path, other);
                match other == name {
                    true => list = member(Form::Blocks(fields), value, &path, rest),
                    false => rest.name(&path, value),
                }
            }
            list
        }
        (Form::Block(_) | Form::Blocks(_) | Form::List(..), other) => {
            rest.name(path, other);
            None
        }
        (_, value) => Some(value.clone()),
    }
}

/// Returns the one item of a block that is there once at most.
fn first<'a>(items: &'a [Value], path: &str, rest: &mut Rest) -> Option<&'a Value> {
    let (first, more) = items.split_first()?;
    for (at, value) in more.iter().enumerate() {
        rest.name(&format!("{path}[{}]", at + 1), value);
    }
    Some(first)
}

/// Returns the members of a block. One without attributes is null in a state.
fn item(fields: &[Field], value: &Value, path: &str, rest: &mut Rest) -> Value {
    Value::Object(match value {
        Value::Object(attributes) => inner(fields, attributes, path, rest),
        other => {
            rest.name(path, other);
            Map::new()
        }
    })
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
        (Form::Blocks(fields), Value::Array(items)) => blocks(name, fields, items, out),
        (Form::List(inner, fields), Value::Array(items)) => {
            let mut around = Body::default();
            let rest = blocks(inner, fields, items, &mut around);
            out.block(name, &[], around);
            rest
        }
        (Form::Block(_) | Form::Blocks(_) | Form::List(..), other) => Some(other),
        (_, value) => {
            out.set(name, Expression::Value(value));
            None
        }
    }
}

/// Writes a block for each item; returns what of them no field has, each at its place.
fn blocks(name: &str, fields: &[Field], items: Vec<Value>, out: &mut Body) -> Option<Value> {
    let items = items.into_iter().map(|item| match item {
        Value::Object(mut members) => {
            let mut inner = Body::default();
            body(fields, &mut members, &mut inner);
            out.block(name, &[], inner);
            left(members).unwrap_or_default()
        }
        other => other,
    });
    let items: Vec<Value> = items.collect();
    let is_left = items.iter().any(|item| !item.is_null());
    is_left.then_some(Value::Array(items))
}

fn left(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Names the members of a value that say something, with dots between, and the places of items that have members.
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
                walk(value, &below(path, name), out);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{at}]"), out);
            }
        }
        Value::String(text) if text.is_empty() => {}
        _ => out.push(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ITEM: &[Field] = &[field("name", "Name", Form::Text)];
    const FIELDS: &[Field] = &[
        field("one", "Around.One", Form::Block(ITEM)),
        field("many", "Many", Form::Blocks(ITEM)),
        field("list", "List", Form::List("item", ITEM)),
        field("text", "Document", Form::Document),
    ];

    fn read(attributes: Value) -> (Value, Vec<String>) {
        let Value::Object(attributes) = attributes else {
            panic!("a table");
        };
        let mut rest = Rest::default();
        let members = members(FIELDS, &attributes, &mut rest);
        (members.into(), rest.paths)
    }

    #[test]
    fn what_no_field_has_is_named_at_every_level() {
        let (read_members, paths) = read(json!({
            "one": [{"name": "a", "new": 1, "none": null}, {"name": "b"}, {}],
            "many": [{"name": "c"}, {"name": "d", "new": {"x": true}}, null],
            "list": [{"item": [{"name": "e", "new": [0]}], "new": "y", "off": false}],
            "text": "{\"a\": [1]}",
            "new": 7,
        }));
        assert_eq!(
            read_members,
            json!({"Around": {"One": {"Name": "a"}}, "Many": [{"Name": "c"}, {"Name": "d"}, {}],
                "List": [{"Name": "e"}], "Document": {"a": [1]}})
        );
        assert_eq!(
            paths,
            [
                "one[1]",
                "one.new",
                "many[1].new",
                "list.item[0].new",
                "list.new",
                "new"
            ]
        );
    }

    #[test]
    fn what_is_not_as_its_field_says_is_named_and_nothing_is_made_of_it() {
        for attributes in [
            json!({"one": "x", "many": {"name": "y"}, "list": ["z"], "text": "{"}),
            json!({"one": 1, "many": true, "list": "z", "text": "[".repeat(101)}),
        ] {
            let (read_members, paths) = read(attributes);
            assert_eq!(read_members, json!({}));
            assert_eq!(paths, ["one", "many", "list", "text"]);
        }
        for nothing in [json!(null), json!(""), json!([])] {
            let attributes = json!({"one": nothing, "many": nothing, "list": nothing});
            assert_eq!(read(attributes), (json!({}), Vec::new()));
        }
    }

    #[test]
    fn documents_of_a_state_have_one_bound() {
        let Value::Object(attributes) = json!({"text": format!("[{}0]", "0,".repeat(999_999))})
        else {
            panic!("a table");
        };
        let mut rest = Rest::default();
        members(FIELDS, &attributes, &mut rest);
        assert_eq!(rest.paths, [""; 0]);
        members(FIELDS, &attributes, &mut rest);
        assert_eq!(rest.paths, ["text"]);
    }

    #[test]
    fn what_of_an_item_no_field_has_stays_at_its_place() {
        let Value::Object(mut members) = json!({
            "Around": {"One": {"Name": "a", "New": 1}, "Other": true},
            "Many": [{"Name": "b"}, {"Name": "c", "New": {"x": "y"}}, "odd"],
            "List": [{"New": [1]}],
        }) else {
            panic!("a table");
        };
        let mut out = Body::default();
        body(FIELDS, &mut members, &mut out);
        assert_eq!(
            out.to_json(false),
            json!({"one": [{"name": "a"}], "many": [{"name": "b"}, {"name": "c"}], "list": [{"item": [{}]}]})
        );
        assert_eq!(
            paths(&members.into()),
            [
                "Around.One.New",
                "Around.Other",
                "List[0].New",
                "Many[1].New.x",
                "Many[2]"
            ]
        );
    }
}
