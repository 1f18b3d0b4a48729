//! Client metadata documents.

mod cached;
mod hostile;
mod policies;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::with;

/// Creates a policy with one pattern; the whole policy.
async fn policy(t: &TestApp, pool: &str, client: &str, pattern: &str) -> Value {
    policy_with(t, pool, client, pattern, json!({})).await
}

/// The same, with these members over the usual ones.
async fn policy_with(t: &TestApp, pool: &str, client: &str, pattern: &str, over: Value) -> Value {
    let made = t.ok("CreateCIMDPolicy", with(input(pool, client, pattern), over));
    made.await["CIMDPolicy"].clone()
}

fn input(pool: &str, client: &str, pattern: &str) -> Value {
    json!({"UserPoolId": pool, "ClientId": client, "PolicyName": "p", "URLPatterns": [pattern]})
}

fn by_id(pool: &str, policy: &Value) -> Value {
    json!({"UserPoolId": pool, "CIMDPolicyId": policy["CIMDPolicyId"]})
}
