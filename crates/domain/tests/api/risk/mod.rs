//! Threat protection: its configuration, the events of users, and what is said of them.

mod analytics;
mod configuration;
mod context;
mod events;
mod feedback;

use cognate_domain::{Caller, ClientInfo, Cx, Endpoint};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

/// The refusal of every operation where nothing watches the pool.
const OFF: (&str, &str) = (
    "UserPoolAddOnNotEnabledException",
    "Threat protection is not enabled for the user pool.",
);
/// Of an event that the user does not have.
const NO_EVENT: (&str, &str) = ("ResourceNotFoundException", "Auth event does not exist.");
/// Of a user who is not there.
const NO_USER: (&str, &str) = ("UserNotFoundException", "User does not exist.");
/// Of a token of something else.
const BAD_TOKEN: (&str, &str) = ("NotAuthorizedException", "Invalid feedback token.");

async fn refuse(t: &TestApp, op: &str, input: Value, refusal: (&str, &str)) {
    t.refused(op, input, refusal.0, refusal.1).await;
}

fn no_pool(id: &str) -> String {
    format!("User pool {id} does not exist.")
}

/// Turns threat protection on, or off.
async fn set_mode(t: &TestApp, pool: &str, mode: &str) {
    let input = json!({"UserPoolId": pool, "UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": mode}});
    t.ok("UpdateUserPool", input).await;
}

/// A pool that is watched, in which `jane` has signed in `passes` times, and failed once before.
async fn watched(t: &TestApp, passes: usize) -> (Site, String) {
    let s = site(t).await;
    let jane = user(t, &s.pool, "jane").await;
    set_mode(t, &s.pool, "AUDIT").await;
    let wrong = by_password(&s.client, "jane", "Passw0rd?");
    refuse(t, "InitiateAuth", wrong, WRONG).await;
    for _ in 0..passes {
        sign_in(t, &s.client, "jane").await;
    }
    (s, jane)
}

/// Returns the events of a user, newest first.
async fn events(t: &TestApp, pool: &str, name: &str) -> Vec<Value> {
    let input = json!({"UserPoolId": pool, "Username": name});
    let listed = t.ok("AdminListUserAuthEvents", input).await;
    assert_eq!(listed.get("NextToken"), None);
    listed["AuthEvents"].as_array().unwrap().clone()
}

/// Returns an action that nobody asked for.
pub fn cx(t: &TestApp) -> Cx<'_> {
    let from = ClientInfo {
        base_url: Some("http://127.0.0.1:9229".into()),
        ..ClientInfo::default()
    };
    let id = cognate_crypto::random::uuid_v4();
    Cx::new(&t.app, Endpoint::Feedback, Caller::Public, from, id)
}
