//! New passwords that others know: at the sign-up, in the place of a forgotten one, by the user's wish.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::users::code;

/// The refusal of a new password.
pub const KNOWN: (&str, &str) = (
    "InvalidPasswordException",
    "Provided password cannot be used for security reasons.",
);

async fn refused(t: &TestApp, op: &str, input: Value) {
    t.refused(op, input, KNOWN.0, KNOWN.1).await;
}

fn sign_up(s: &Site, name: &str, password: &str) -> Value {
    let attributes = json!([{"Name": "email", "Value": format!("{name}@example.com")}]);
    json!({"ClientId": s.client, "Username": name, "Password": password, "UserAttributes": attributes})
}

async fn site_of(t: &TestApp, mode: &str, filter: &[&str]) -> Site {
    let pool = with(watched(mode), json!({"AutoVerifiedAttributes": ["email"]}));
    let s = site_with(t, pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    on_breach(t, &s.pool, None, "BLOCK", filter).await;
    s
}

#[each_engine]
async fn nobody_signs_up_with_one(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED", &["SIGN_UP"]).await;
    t.ok("SignUp", sign_up(&s, "jane", OWN)).await;
    // The same, whether the name is taken or not, and after the policy.
    refused(t, "SignUp", sign_up(&s, "jane", PASSWORD)).await;
    refused(t, "SignUp", sign_up(&s, "john", PASSWORD)).await;
    let short = t
        .call("SignUp", sign_up(&s, "john", "Short1!"))
        .await
        .unwrap_err();
    assert_eq!(short.0, "InvalidPasswordException");
    assert!(
        short.1.starts_with("Password did not conform with policy"),
        "{}",
        short.1
    );
    t.refused(
        "AdminGetUser",
        json!({"UserPoolId": s.pool, "Username": "john"}),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
}

#[each_engine]
async fn a_forgotten_password_is_not_replaced_by_one(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED", &["PASSWORD_CHANGE"]).await;
    let verified = json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    let sub = user_with(t, &s.pool, "jane", verified).await;
    t.ok(
        "ForgotPassword",
        json!({"ClientId": s.client, "Username": "jane"}),
    )
    .await;
    let code = code(t, &s.pool, &sub).await;
    let reset = |name: &str, code: &str, password: &str| json!({"ClientId": s.client, "Username": name, "ConfirmationCode": code, "Password": password});
    // It is refused before anybody looks who it is for, and the code stays good.
    for (name, given) in [
        ("jane", code.as_str()),
        ("jane", "000000"),
        ("nobody", "000000"),
    ] {
        refused(t, "ConfirmForgotPassword", reset(name, given, PASSWORD)).await;
    }
    t.ok("ConfirmForgotPassword", reset("jane", &code, OWN))
        .await;
    t.ok("InitiateAuth", by_password(&s.client, "jane", OWN))
        .await;
}

#[each_engine]
async fn a_user_does_not_change_to_one(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED", &["PASSWORD_CHANGE"]).await;
    user(t, &s.pool, "jane").await;
    set_password(t, &s.pool, "jane", OWN).await;
    let signed_in = t
        .ok("InitiateAuth", by_password(&s.client, "jane", OWN))
        .await;
    let token = &signed_in["AuthenticationResult"]["AccessToken"];
    let change = |from: &str, to: &str| json!({"AccessToken": token, "PreviousPassword": from, "ProposedPassword": to});
    refused(t, "ChangePassword", change(OWN, PASSWORD)).await;
    t.ok("InitiateAuth", by_password(&s.client, "jane", OWN))
        .await;
    t.ok("ChangePassword", change(OWN, "Ot7er-than-all-2"))
        .await;
}

#[each_engine]
async fn what_only_watches_takes_them_and_says_so_in_the_event(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "AUDIT", &["SIGN_UP", "PASSWORD_CHANGE"]).await;
    t.ok("SignUp", sign_up(&s, "jane", PASSWORD)).await;
    let found = events(t, &s.pool, "jane").await;
    assert_eq!(found[0], event("SignUp", "Pass", "NoRisk", true));
    t.ok(
        "AdminConfirmSignUp",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let signed_in = sign_in(t, &s.client, "jane").await;
    assert!(
        !events(t, &s.pool, "jane").await[0].3,
        "sign-ins are not looked at"
    );
    let token = &signed_in["AccessToken"];
    let change = |from: &str, to: &str| json!({"AccessToken": token, "PreviousPassword": from, "ProposedPassword": to});
    t.ok("ChangePassword", change(PASSWORD, OWN)).await;
    assert_eq!(
        events(t, &s.pool, "jane").await[0],
        event("PasswordChange", "Pass", "NoRisk", false)
    );
    t.ok("ChangePassword", change(OWN, PASSWORD)).await;
    assert_eq!(
        events(t, &s.pool, "jane").await[0],
        event("PasswordChange", "Pass", "NoRisk", true)
    );
}

#[each_engine]
async fn an_event_that_is_not_in_the_filter_is_not_looked_at(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED", &["SIGN_IN"]).await;
    t.ok("SignUp", sign_up(&s, "jane", PASSWORD)).await;
    t.ok(
        "AdminConfirmSignUp",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    set_password(t, &s.pool, "jane", OWN).await;
    let signed_in = t
        .ok("InitiateAuth", by_password(&s.client, "jane", OWN))
        .await;
    let token = &signed_in["AuthenticationResult"]["AccessToken"];
    let change =
        json!({"AccessToken": token, "PreviousPassword": OWN, "ProposedPassword": PASSWORD});
    t.ok("ChangePassword", change).await;
}

#[each_engine]
async fn what_an_administrator_sets_is_not_looked_at(t: &TestApp) {
    let t = &listed(t).await;
    let s = site_of(t, "ENFORCED", &["SIGN_UP", "PASSWORD_CHANGE"]).await;
    user(t, &s.pool, "jane").await;
    set_password(t, &s.pool, "jane", PASSWORD).await;
    assert_eq!(status(t, &s.pool, "jane").await, "CONFIRMED");
}
