//! Devices.

mod administration;
mod confirm_device;
mod sessions;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

fn named(s: &Site, key: &str) -> Value {
    json!({"UserPoolId": s.pool, "Username": "jane", "DeviceKey": key})
}

async fn refuse(t: &TestApp, op: &str, input: Value, refusal: (&str, &str)) {
    t.refused(op, input, refusal.0, refusal.1).await;
}

/// Returns the keys of the devices in the answer of ListDevices.
async fn keys(t: &TestApp, access: &Value) -> Vec<String> {
    let listed = t.ok("ListDevices", json!({"AccessToken": access})).await;
    let key = |device: &Value| device["DeviceKey"].as_str().unwrap().to_owned();
    listed["Devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(key)
        .collect()
}
