//! Attributes for the tests of users: lists of them, and the requests that change them.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::PASSWORD;

/// Returns the attribute list of a request.
pub fn list(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect()
}

/// Returns a request of UpdateUserAttributes.
pub fn update(token: &str, pairs: &[(&str, &str)]) -> Value {
    json!({"AccessToken": token, "UserAttributes": list(pairs)})
}

/// Returns a request of AdminUpdateUserAttributes.
pub fn admin_update(pool: &str, name: &str, pairs: &[(&str, &str)]) -> Value {
    json!({"UserPoolId": pool, "Username": name, "UserAttributes": list(pairs)})
}

/// Creates a confirmed user by AdminCreateUser with these attributes.
pub async fn made(t: &TestApp, pool: &str, name: &str, pairs: &[(&str, &str)]) {
    let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": list(pairs)});
    t.ok("AdminCreateUser", input).await;
    let input =
        json!({"UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true});
    t.ok("AdminSetUserPassword", input).await;
}
