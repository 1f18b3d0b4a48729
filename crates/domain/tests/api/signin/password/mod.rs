//! USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: answers, flows, states of users, names, secrets.

mod flows;
mod requests;
mod users;

use serde_json::{Value, json};

use crate::support::signin::*;

async fn admin(
    t: &crate::support::TestApp,
    s: &Site,
    flow: &str,
    parameters: Value,
) -> Result<Value, crate::support::Refusal> {
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": flow, "AuthParameters": parameters});
    t.call("AdminInitiateAuth", input).await
}
