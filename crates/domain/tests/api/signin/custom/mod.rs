//! CUSTOM_AUTH: the state machine around the pool's triggers, which are played by a stub in this process.

mod devices;
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
