//! Pools for the tests of pools and their settings.

use cognate_domain::{App, Caller, ClientInfo, Cx, dispatch};
use cognate_shapes::Op;
use serde_json::{Value, json};

use crate::support::TestApp;

/// A role for text messages.
pub const ROLE: &str = "arn:aws:iam::000000000000:role/sms";
/// A function for triggers.
pub const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:hook";

/// Makes a pool with these settings beside its name; the id.
pub async fn pool(t: &TestApp, settings: Value) -> String {
    create(t, settings).await["Id"].as_str().unwrap().to_owned()
}

/// Makes a pool with these settings beside its name; all of it.
pub async fn create(t: &TestApp, settings: Value) -> Value {
    t.ok("CreateUserPool", named(settings)).await["UserPool"].clone()
}

/// Returns a request of CreateUserPool.
pub fn named(settings: Value) -> Value {
    let mut request = json!({"PoolName": "p"});
    request
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    request
}

/// Returns the pool as DescribeUserPool shows it.
pub async fn describe(t: &TestApp, id: &str) -> Value {
    t.ok("DescribeUserPool", json!({"UserPoolId": id})).await["UserPool"].clone()
}

/// Calls an operation with a signature of another region.
pub async fn in_region(t: &TestApp, region: &str, op: &str, input: Value) -> Value {
    on_node(&t.app, region, op, input)
        .await
        .unwrap_or_else(|text| panic!("{op}: {text}"))
}

/// Calls an operation on some node; the text of a refusal.
pub async fn on_node(node: &App, region: &str, op: &str, input: Value) -> Result<Value, String> {
    let caller = Caller::Key {
        id: "test".into(),
        region: region.into(),
    };
    let op = Op::from_name(op).unwrap();
    let cx = Cx::new(node, op, caller, ClientInfo::default(), "r".into());
    let answer = dispatch(&cx, input)
        .await
        .map_err(|error| error.message.into_owned())?;
    Ok(answer
        .body
        .map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap()))
}
