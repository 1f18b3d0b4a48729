//! Tracked sessions.

mod ending;
mod listing;
mod settings;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

const OFF: (&str, &str) = (
    "InvalidParameterException",
    "Session tracking is not enabled for the user pool.",
);

const NO_SESSION: (&str, &str) = ("ResourceNotFoundException", "Session does not exist.");

async fn track(t: &TestApp, pool: &str, most: i64) -> Value {
    let input = json!({
        "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": most},
    });
    t.ok("SetUserPoolSessionConfiguration", input).await
}

async fn tracked(t: &TestApp, most: i64) -> Site {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    track(t, &s.pool, most).await;
    s
}

async fn listed(t: &TestApp, pool: &str, name: &str) -> Vec<Value> {
    let input = json!({"UserPoolId": pool, "Username": name});
    let answer = t.ok("AdminListUserSessions", input).await;
    assert!(answer.get("NextToken").is_none());
    answer["Sessions"].as_array().unwrap().clone()
}
