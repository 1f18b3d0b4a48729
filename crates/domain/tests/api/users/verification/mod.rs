//! Codes for addresses and numbers: GetUserAttributeVerificationCode, VerifyUserAttribute, and new values that wait.

mod codes;
mod waiting;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::{attribute, inbox, user};

fn email_code(token: &str) -> Value {
    json!({"AccessToken": token, "AttributeName": "email"})
}

fn verify(token: &str, code: &str) -> Value {
    json!({"AccessToken": token, "AttributeName": "email", "Code": code})
}

fn details(destination: &str) -> Value {
    json!({"Destination": destination, "DeliveryMedium": "EMAIL", "AttributeName": "email"})
}

/// Returns the address, whether it is verified, and the newest message: kind and address.
async fn standing(t: &TestApp, pool: &str, name: &str) -> (String, bool, String, String) {
    let shown = user(t, pool, name).await;
    let newest = inbox(t, pool).await[0].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        attribute(&shown, "email").unwrap_or_default().to_owned(),
        attribute(&shown, "email_verified") == Some("true"),
        text(&newest["kind"]),
        text(&newest["to"]),
    )
}

fn is(email: &str, verified: bool, kind: &str, to: &str) -> (String, bool, String, String) {
    (email.into(), verified, kind.into(), to.into())
}
