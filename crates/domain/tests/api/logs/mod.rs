//! The export of logs: its configuration, its records and their delivery.

mod activity;
mod bounds;
mod delivery;
mod settings;
mod sink;

use serde_json::{Value, json};

use crate::support::TestApp;

/// The destinations of the tests.
pub const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/users";
pub const STREAM: &str = "arn:aws:firehose:us-east-1:123456789012:deliverystream/users";
pub const BUCKET: &str = "arn:aws:s3:::users-logs";

/// Returns the configuration of message errors.
pub fn errors_to(arn: &str) -> Value {
    json!({
        "LogLevel": "ERROR", "EventSource": "userNotification",
        "CloudWatchLogsConfiguration": {"LogGroupArn": arn},
    })
}

/// Returns the configuration of user activity with a destination.
pub fn activity_to(destination: Value) -> Value {
    let mut base = json!({"LogLevel": "INFO", "EventSource": "userAuthEvents"});
    base.as_object_mut()
        .unwrap()
        .extend(destination.as_object().unwrap().clone());
    base
}

/// Makes a pool that exports these logs; returns its id.
pub async fn pool_with(t: &TestApp, configurations: Value) -> String {
    let made = t.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let id = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    set(t, &id, configurations).await;
    id
}

/// Replaces the configuration of a pool.
pub async fn set(t: &TestApp, pool: &str, configurations: Value) -> Value {
    let input = json!({"UserPoolId": pool, "LogConfigurations": configurations});
    t.ok("SetLogDeliveryConfiguration", input).await
}
