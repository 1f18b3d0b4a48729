//! UpdateUserAttributes, DeleteUserAttributes and their Admin forms: what may be written and what becomes of it.

mod changes;
mod names;
mod schema;

use serde_json::json;

use crate::support::TestApp;

/// Returns the number of users that ListUsers finds.
async fn found(t: &TestApp, pool: &str, filter: &str) -> usize {
    let input = json!({"UserPoolId": pool, "Filter": filter});
    t.ok("ListUsers", input).await["Users"]
        .as_array()
        .unwrap()
        .len()
}
