//! Refusals of factors, devices and sessions to tokens that are not good any more, and of answers to challenges, which
//! users and administrators give through operations of their own.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::devices::tracked;
use crate::support::mfa::{
    USED_TOTP, WRONG_TOTP, answer, assert_signed_in, challenge, jane_with_app, of_jane, respond,
};
use crate::support::signin::*;

/// Gives a wrong answer through both operations.
async fn both_refuse(t: &TestApp, s: &Site, input: Value, refusal: (&str, &str)) {
    t.refused(
        "RespondToAuthChallenge",
        input.clone(),
        refusal.0,
        refusal.1,
    )
    .await;
    let input = with(input, json!({"UserPoolId": s.pool}));
    t.refused("AdminRespondToAuthChallenge", input, refusal.0, refusal.1)
        .await;
}

#[each_engine]
async fn only_a_good_access_token_opens_factors_devices_and_sessions(t: &TestApp) {
    let s = tracked(t, false).await;
    let token = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let device = json!({"DeviceKey": "us-east-1_0-0"});
    let operations = [
        ("ConfirmDevice", device.clone()),
        ("ForgetDevice", device.clone()),
        ("GetDevice", device.clone()),
        ("ListDevices", json!({})),
        ("UpdateDeviceStatus", device),
        ("GetUserAuthFactors", json!({})),
        ("SetUserMFAPreference", json!({})),
        ("VerifySoftwareToken", json!({"UserCode": "123456"})),
        ("ListUserSessions", json!({})),
        (
            "RevokeUserSession",
            json!({"SessionId": format!("tkn{}", "0".repeat(25))}),
        ),
    ];
    let all_refuse = async |token: &Value, refusal: (&str, &str)| {
        for (op, more) in &operations {
            let input = with(json!({"AccessToken": token}), more.clone());
            t.refused(op, input, refusal.0, refusal.1).await;
        }
    };
    all_refuse(&json!("nonsense"), (WRONG.0, "Invalid Access Token")).await;
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    all_refuse(&token, RESET).await;
    set_status(t, &s.pool, "CONFIRMED").await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    all_refuse(&token, ("UserNotFoundException", "User does not exist.")).await;
}

#[each_engine]
async fn a_first_password_is_refused_alike_through_both_operations(t: &TestApp) {
    let policy = json!({"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}});
    let settings = json!({"AliasAttributes": ["preferred_username"], "Policies": policy});
    let s = site_with(t, settings, json!({})).await;
    let chief = json!([{"Name": "preferred_username", "Value": "chief"}]);
    user_with(t, &s.pool, "john", chief).await;
    user(t, &s.pool, "jane").await;
    let temporary = json!({"UserPoolId": s.pool, "Username": "jane", "Password": "Temp0rary!", "Permanent": false});
    t.ok("AdminSetUserPassword", temporary).await;
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", "Temp0rary!"))
        .await;
    let give = |responses: Value| {
        json!({
            "ClientId": s.client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
            "ChallengeResponses": with(json!({"USERNAME": "jane"}), responses),
        })
    };
    let used = (
        "PasswordHistoryPolicyViolationException",
        "Password has previously been used.",
    );
    both_refuse(t, &s, give(json!({"NEW_PASSWORD": PASSWORD})), used).await;
    let short = (
        "InvalidPasswordException",
        "Password does not conform to policy: Password not long enough",
    );
    both_refuse(t, &s, give(json!({"NEW_PASSWORD": "short"})), short).await;
    let taken = (
        "AliasExistsException",
        "An account with the given preferred_username already exists.",
    );
    let name = json!({"NEW_PASSWORD": "Brand-new1", "userAttributes.preferred_username": "chief"});
    both_refuse(t, &s, give(name), taken).await;
}

#[each_engine]
async fn who_came_into_another_state_proves_nothing_through_either_operation(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let proof = verify(&s.client, started.responses(&s.pool, PASSWORD));
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    both_refuse(t, &s, proof.clone(), RESET).await;
    set_status(t, &s.pool, "UNCONFIRMED").await;
    both_refuse(
        t,
        &s,
        proof,
        ("UserNotConfirmedException", "User is not confirmed."),
    )
    .await;
}

#[each_engine]
async fn codes_of_an_app_are_refused_alike_through_both_operations(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let give = |asked: &Value, code: String| {
        answer(
            &s,
            "SOFTWARE_TOKEN_MFA",
            &asked["Session"],
            json!({"SOFTWARE_TOKEN_MFA_CODE": code}),
        )
    };
    let asked = challenge(t, &s).await;
    let code = app.code(t);
    assert_signed_in(
        &respond(t, &s, &asked, json!({"SOFTWARE_TOKEN_MFA_CODE": code}))
            .await
            .unwrap(),
    );
    let asked = challenge(t, &s).await;
    both_refuse(t, &s, give(&asked, code), USED_TOTP).await;
    both_refuse(t, &s, give(&asked, app.wrong(t)), WRONG_TOTP).await;
    t.ok("AdminDeleteSoftwareToken", of_jane(&s, json!({})))
        .await;
    let gone = (
        "SoftwareTokenMFANotFoundException",
        "Software Token MFA has not been enabled by the userPool",
    );
    both_refuse(t, &s, give(&asked, app.code_in(t, 30)), gone).await;
}
