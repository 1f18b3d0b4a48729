//! Tokens of machines, and tokens that are traded for others.

mod at_endpoint;
mod attributes;
mod get_client_token;
mod get_derived_token;
mod of_openid;
mod of_saml;
mod trail;

use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// Creates a pool with the resource server `api` of two scopes.
async fn site_with_api(t: &TestApp, client: Value) -> Site {
    let s = site(t).await;
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "api", "Name": "API",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}, {"ScopeName": "write", "ScopeDescription": "w"}],
    });
    t.ok("CreateResourceServer", server).await;
    user(t, &s.pool, "jane").await;
    let client = client_of(t, &s.pool, client).await;
    let client = client["ClientId"].as_str().unwrap().to_owned();
    Site { client, ..s }
}

fn machine() -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "GenerateSecret": true,
        "AllowedOAuthScopes": ["api/read", "api/write"],
    })
}

/// Signs in to a client of its own for people.
async fn people(t: &TestApp, pool: &str) -> Value {
    let client = client_of(t, pool, json!({})).await;
    sign_in(t, client["ClientId"].as_str().unwrap(), "jane").await
}

async fn get_token(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    let answer = t.call("GetClientToken", input).await?;
    assert_eq!(answer.as_object().unwrap().len(), 1);
    Ok(answer["ClientAuthenticationResult"].clone())
}
