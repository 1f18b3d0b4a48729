//! An event as JSON: CloudEvents 1.0 (section 3.1 of its JSON format).

use cognate_crypto::basic_time;
use cognate_store::tables::audit::AuditRow;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::audit::DONE;
use crate::events::types;

/// What of a row's document an event is made of.
#[derive(Deserialize)]
struct Doc {
    operation: String,
    #[serde(default)]
    caller: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    result: String,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    born: Vec<String>,
    #[serde(default)]
    times: Option<u64>,
    #[serde(default)]
    analytics: Option<String>,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id, which is that of the row.
    pub id: String,
    /// Its type.
    pub kind: &'static str,
    /// When it was, in microseconds.
    pub at: i64,
    /// All of it.
    pub json: Value,
}

/// Returns the event of a row; None for a row that is none: of something refused, or of what changes nothing. `source`: the
/// pool's ARN; `cursor`: its place.
#[must_use]
pub fn event(row: &AuditRow, source: &str, cursor: &str) -> Option<Event> {
    let doc: Doc = serde_json::from_str(&row.doc).ok()?;
    if doc.result != DONE {
        return None;
    }
    let kind = types::of(&doc.operation)?;
    let mut data = Map::new();
    data.insert("operation".to_owned(), doc.operation.into());
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            data.insert(name.to_owned(), value);
        }
    };
    put("caller", doc.caller.map(Value::from));
    put("requestId", doc.request_id.map(Value::from));
    put("detail", doc.detail.map(Value::from));
    put("users", (!doc.born.is_empty()).then(|| doc.born.into()));
    put("times", doc.times.map(Value::from));
    put("analyticsEndpointId", doc.analytics.map(Value::from));
    let mut event = json!({
        "specversion": "1.0",
        "id": row.audit_id,
        "source": source,
        "type": kind,
        "time": time(row.at),
        "cursor": cursor,
        "datacontenttype": "application/json",
        "data": data,
    });
    if let (Some(members), Some(user)) = (event.as_object_mut(), doc.user) {
        members.insert("subject".to_owned(), user.into());
    }
    Some(Event {
        id: row.audit_id.clone(),
        kind,
        at: row.at,
        json: event,
    })
}

/// Formats a time in microseconds by RFC 3339, in UTC with all six digits of the fraction.
fn time(micros: i64) -> String {
    let basic = basic_time::format(micros);
    let part = |from: usize, to: usize| basic.get(from..to).unwrap_or_default();
    let (date, time) = ([(0, 4), (4, 6), (6, 8)], [(9, 11), (11, 13), (13, 15)]);
    let date = date.map(|(from, to)| part(from, to)).join("-");
    let time = time.map(|(from, to)| part(from, to)).join(":");
    format!("{date}T{time}.{:06}Z", micros.rem_euclid(1_000_000))
}

/// Returns the ARN of a pool from its id.
#[must_use]
pub fn source(account: &str, pool_id: &str) -> String {
    let region = pool_id.split('_').next().unwrap_or_default();
    format!("arn:aws:cognito-idp:{region}:{account}:userpool/{pool_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(doc: Value) -> AuditRow {
        AuditRow {
            pool_id: "us-east-1_AbCdEf123".into(),
            at: 1_774_958_400_123_456,
            audit_id: "i".into(),
            doc: doc.to_string(),
            row_mac: None,
        }
    }

    #[test]
    fn a_row_becomes_an_event() {
        let doc = json!({
            "operation": "AdminCreateUser", "caller": "AKIA1", "user": "u", "address": "192.0.2.1", "result": "ok",
            "request_id": "r",
        });
        let source = source("000000000000", "us-east-1_AbCdEf123");
        let event = event(&row(doc), &source, "7-0a").unwrap();
        assert_eq!(
            event.json,
            json!({
                "specversion": "1.0", "id": "i", "type": "cognate.user.created", "subject": "u",
                "source": "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_AbCdEf123",
                "time": "2026-03-31T12:00:00.123456Z", "cursor": "7-0a", "datacontenttype": "application/json",
                "data": {"operation": "AdminCreateUser", "caller": "AKIA1", "requestId": "r"},
            })
        );
        assert_eq!(
            (event.id.as_str(), event.kind),
            ("i", "cognate.user.created")
        );
    }

    #[test]
    fn what_was_refused_or_read_is_no_event() {
        for doc in [
            json!({"operation": "AdminCreateUser", "result": "AccessDeniedException"}),
            json!({"operation": "ListUsers", "result": "ok"}),
            json!({"operation": "Unheard", "result": "ok"}),
            json!({"operation": 5, "result": "ok"}),
            json!([]),
        ] {
            assert_eq!(event(&row(doc.clone()), "s", "1-0"), None, "{doc}");
        }
    }
}
