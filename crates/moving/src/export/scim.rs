//! `scim`: a `ListResponse` (RFC 7644, 3.4.2) of users (RFC 7643, 4.1). The password of SCIM is write-only, so that no list
//! has one; neither has it a place for seeds, passkeys or links.

use std::io::{self, Write};

use cognate_crypto::basic_time;
use serde_json::{Map, Value, json};

use crate::export::{PoolFacts, Taken, Tally};
use crate::record::UserRecord;

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// What SCIM has no attribute for: attributes by their names in the pool.
pub const EXTENSION: &str = "urn:cognate:scim:schemas:1.0:User";

/// The members come in the order in which they are known: how many there are is known at the end.
pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"schemas\":[\"{LIST}\"],\"Resources\":[")
}

pub(super) fn user(
    facts: &PoolFacts,
    user: &UserRecord,
    first: bool,
    out: &mut impl Write,
) -> io::Result<Taken> {
    out.write_all(if first { b"\n" } else { b",\n" })?;
    serde_json::to_writer(&mut *out, &resource(facts, user))?;
    Ok(Taken::default())
}

pub(super) fn end(tally: &Tally, out: &mut impl Write) -> io::Result<()> {
    let n = tally.users;
    writeln!(
        out,
        "\n],\"totalResults\":{n},\"startIndex\":1,\"itemsPerPage\":{n}}}"
    )
}

fn resource(facts: &PoolFacts, user: &UserRecord) -> Value {
    let mut rest = user.attributes.clone();
    let mut take = |name: &str| rest.remove(name).filter(|value| !value.is_empty());
    let mut out = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(name.to_owned(), value);
        }
    };
    let text = |value: Option<String>| value.map(Value::String);
    put("id", text(user.sub.clone()));
    put("userName", text(Some(facts.sign_in_name(user).to_owned())));
    let formatted = take("name");
    let name: Map<String, Value> = [
        ("formatted", formatted.clone()),
        ("familyName", take("family_name")),
        ("givenName", take("given_name")),
        ("middleName", take("middle_name")),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))))
    .collect();
    put("name", (!name.is_empty()).then_some(Value::Object(name)));
    put("displayName", text(formatted));
    put("nickName", text(take("nickname")));
    put("profileUrl", text(take("profile")));
    put("locale", text(take("locale")));
    put("timezone", text(take("zoneinfo")));
    put("active", Some(json!(user.enabled != Some(false))));
    let one = |value: Option<String>| value.map(|value| json!([{"value": value, "primary": true}]));
    put("emails", one(take("email")));
    put("phoneNumbers", one(take("phone_number")));
    let photo = take("picture").map(|value| json!([{"value": value, "type": "photo"}]));
    put("photos", photo);
    let address = take("address").map(|value| json!([{"formatted": value, "primary": true}]));
    put("addresses", address);
    let group = |name: &String| json!({"value": name, "display": name});
    let groups: Vec<_> = user.groups.iter().map(group).collect();
    put("groups", (!groups.is_empty()).then(|| json!(groups)));
    let mut meta = Map::new();
    meta.insert("resourceType".to_owned(), json!("User"));
    for (name, time) in [("created", user.created), ("lastModified", user.modified)] {
        if let Some(time) = time {
            meta.insert(name.to_owned(), json!(date_time(time)));
        }
    }
    put("meta", Some(Value::Object(meta)));
    let mut schemas = vec![json!(USER)];
    if !rest.is_empty() {
        schemas.push(json!(EXTENSION));
        put(EXTENSION, Some(json!(rest)));
    }
    put("schemas", Some(Value::Array(schemas)));
    Value::Object(out)
}

/// xsd:dateTime in UTC, to the millisecond.
fn date_time(micros: i64) -> String {
    let basic = basic_time::format(micros);
    let part = |range: std::ops::Range<usize>| basic.get(range).unwrap_or("");
    format!(
        "{}-{}-{}T{}:{}:{}.{:03}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(9..11),
        part(11..13),
        part(13..15),
        micros.div_euclid(1_000).rem_euclid(1_000)
    )
}
