//! Tables of JSON as the writers read them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A table.
pub type Table = Map<String, Value>;

/// Returns the text of a member; an empty one without it.
pub fn text<'a>(table: &'a Table, name: &str) -> &'a str {
    table.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the table of a member; an empty one without it.
pub fn table(table: &Table, name: &str) -> Table {
    let found = table.get(name).and_then(Value::as_object);
    found.cloned().unwrap_or_default()
}

/// Returns the tables in the list of a member.
pub fn tables<'a>(table: &'a Table, name: &str) -> impl Iterator<Item = &'a Table> {
    let items = table.get(name).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_object)
}

/// False for what a state has in attributes that nobody set.
pub fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) => true,
    }
}

/// The members of a pool in a seed that no other language has, and what they are.
pub const UNSAID: [(&str, &str); 2] = [
    ("issuer", "the issuer of its tokens"),
    ("signing_keys", "its signing keys"),
];

/// Returns what has to be there before a client with these settings: of providers by name, and of resource servers by identifier.
pub fn needed<'a>(
    settings: &Table,
    providers: &'a BTreeMap<String, String>,
    servers: &'a BTreeMap<String, String>,
) -> BTreeSet<&'a String> {
    let texts = |name: &str| {
        let items = settings.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str)
    };
    let used = texts("SupportedIdentityProviders").filter_map(|name| providers.get(name));
    let scopes = texts("AllowedOAuthScopes").filter_map(|scope| {
        let (identifier, _) = scope.rsplit_once('/')?;
        servers.get(identifier)
    });
    used.chain(scopes).collect()
}
