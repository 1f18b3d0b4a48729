//! The functions of a pool in a sign-in: the events that they get, and what their answers do.

mod events;
mod inbound_federation;
mod refusals;

use cognate_domain::app::functions::Trigger;
use cognate_store::params;
use serde_json::{Value, json};

use crate::support::TestApp;

/// The functions of every sign-in that ends in tokens.
pub const TRIGGERS: [Trigger; 3] = [
    Trigger::PreAuthentication,
    Trigger::PostAuthentication,
    Trigger::PreTokenGeneration,
];

/// Returns the whole event of a call by an unknown program.
fn event(
    (pool, client): (&str, &str),
    source: &str,
    name: &str,
    request: Value,
    response: Value,
) -> Value {
    json!({
        "version": "1", "triggerSource": source, "region": "us-east-1", "userPoolId": pool, "userName": name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "request": request, "response": response,
    })
}

/// Returns the numbers of rows of sessions, of auth events and of spent challenges.
async fn rows(t: &TestApp, pool: &str) -> [i64; 3] {
    let mut counts = [0; 3];
    let tables = [
        "SELECT COUNT(*) FROM sessions WHERE pool_id = ?1",
        "SELECT COUNT(*) FROM auth_events WHERE pool_id = ?1",
        "SELECT COUNT(*) FROM spent WHERE pool_id = ?1",
    ];
    for (count, sql) in counts.iter_mut().zip(tables) {
        let found = t.app.store.rows(sql, params![pool]).await.unwrap();
        *count = found[0].int(0).unwrap();
    }
    counts
}
