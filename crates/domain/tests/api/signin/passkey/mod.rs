//! WEB_AUTHN: signing in with a passkey.

mod assertions;
mod discoverable;
mod offers;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

async fn offered(t: &TestApp, s: &Site, name: &str) -> Value {
    let input = initiate(&s.client, "USER_AUTH", json!({"USERNAME": name}));
    t.ok("InitiateAuth", input).await["AvailableChallenges"].clone()
}
