//! App clients for the tests of clients and their settings.

use serde_json::{Value, json};

use crate::support::TestApp;

/// Makes a client with these settings beside its name.
pub async fn create(t: &TestApp, pool_id: &str, settings: Value) -> Value {
    t.ok("CreateUserPoolClient", named(pool_id, settings)).await["UserPoolClient"].clone()
}

/// Returns a request of CreateUserPoolClient.
pub fn named(pool_id: &str, settings: Value) -> Value {
    let mut request = json!({"UserPoolId": pool_id, "ClientName": "c"});
    request
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    request
}
