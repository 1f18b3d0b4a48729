//! USER_AUTH for the tests: pools that offer a choice of first factors, and the requests of each step.

use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::users::sms;
use crate::support::{Refusal, TestApp};

pub use crate::support::mfa::WRONG_CODE as MISMATCH;
pub use crate::support::texts::codes::EXPIRED as EXPIRED_CODE;

/// Creates a pool that allows every first factor but passkeys, and a client for USER_AUTH.
pub async fn choices(t: &TestApp, pool: Value, client: Value) -> Site {
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    site_with(t, with(with(sms(), factors), pool), with(flows, client)).await
}

pub fn contacts(email: &str, phone: &str) -> Value {
    json!([{"Name": "email", "Value": email}, {"Name": "phone_number", "Value": phone}])
}

/// Creates a confirmed user with a password, an address and a number, neither verified.
pub async fn jane(t: &TestApp, s: &Site) -> String {
    user_with(
        t,
        &s.pool,
        "jane",
        contacts("jane@example.com", "+15555550100"),
    )
    .await
}

pub fn begin(client: &str, parameters: Value) -> Value {
    initiate(client, "USER_AUTH", parameters)
}

pub fn prefer(client: &str, name: &str, challenge: &str) -> Value {
    begin(
        client,
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": challenge}),
    )
}

pub fn respond(client: &str, challenge: &str, session: &Value, responses: Value) -> Value {
    json!({"ClientId": client, "ChallengeName": challenge, "Session": session, "ChallengeResponses": responses})
}

pub fn email_code(client: &str, session: &Value, name: &str, code: &str) -> Value {
    let responses = json!({"USERNAME": name, "EMAIL_OTP_CODE": code});
    respond(client, "EMAIL_OTP", session, responses)
}

pub async fn answer(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    t.call("RespondToAuthChallenge", input).await
}

/// Returns a challenge without its session, which is checked.
pub fn without_session(mut challenge: Value) -> Value {
    let session = challenge
        .as_object_mut()
        .unwrap()
        .remove("Session")
        .unwrap();
    assert!((20..=2048).contains(&session.as_str().unwrap().len()));
    challenge
}
