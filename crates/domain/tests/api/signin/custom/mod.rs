//! CUSTOM_AUTH: the state machine around the pool's functions, which are played by a stub in this process.

mod between;
mod devices;
mod events;
mod failures;
mod pause;
mod rounds;
mod users;

use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::triggers::begin;
use crate::support::{Refusal, TestApp};

async fn respond(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    t.call("RespondToAuthChallenge", input).await
}

async fn jane(t: &TestApp, s: &Site) -> Value {
    t.ok(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "jane"})),
    )
    .await
}

/// Returns how many sign-ins of a pool wait for an answer.
async fn rows(t: &TestApp, s: &Site) -> usize {
    let sql = "SELECT 1 FROM custom_auth WHERE pool_id = ?1";
    let params = cognate_store::params![&s.pool];
    t.app.store.rows(sql, params).await.unwrap().len()
}
