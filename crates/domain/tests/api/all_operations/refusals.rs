//! Refusals that the tests of single areas leave out: what every operation refuses alike, and states of users that
//! operations meet but seldom.

use cognate_domain::dispatch::NOT_BUILT;
use cognate_domain::{Mode, Settings};
use cognate_shapes::Op;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::attributes::{admin_update, made};
use crate::support::signin::{Site, WRONG, client_of, set_status, site};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{
    PASSWORD, access_token, client, code, confirmed, email_pool, pool, sign_in, sign_up, sms, with,
    wrong,
};

const REUSED: (&str, &str) = (
    "PasswordHistoryPolicyViolationException",
    "Password has previously been used.",
);
const NOWHERE: &str = "us-east-1_nowhere";

fn change_password(token: &str, old: &str, new: &str) -> Value {
    json!({"AccessToken": token, "PreviousPassword": old, "ProposedPassword": new})
}

#[tokio::test]
async fn every_operation_refuses_an_empty_request() {
    let t = TestApp::sqlite().await;
    for op in Op::ALL.iter().filter(|op| !NOT_BUILT.contains(op)) {
        let (code, message) = t.call(op.name(), json!({})).await.unwrap_err();
        assert_eq!(code, INVALID, "{}: {message}", op.name());
    }
}

#[tokio::test]
async fn a_client_above_the_plan_is_refused_where_plans_are_enforced() {
    let t = TestApp::sqlite_with(Settings {
        enforce_tiers: true,
        ..Settings::dev()
    })
    .await;
    let pool = pool(&t, json!({"UserPoolTier": "LITE"})).await;
    let id = client(&t, &pool, json!({})).await;
    let update =
        json!({"UserPoolId": pool, "ClientId": id, "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    let (code, _) = t.call("UpdateUserPoolClient", update).await.unwrap_err();
    assert_eq!(code, "FeatureUnavailableInTierException");
    let text = "The following feature is not available for the LITE pricing tier configured: Token Exchange";
    for flow in [
        "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
        "ALLOW_TOKEN_EXCHANGE_DELEGATION",
    ] {
        let create = json!({
            "UserPoolId": pool, "ClientName": "trader", "GenerateSecret": true, "ExplicitAuthFlows": [flow],
        });
        t.refused("CreateUserPoolClient", create, &code, text).await;
    }
}

#[tokio::test]
async fn without_a_sender_of_text_messages_an_administrator_sends_no_code() {
    let t = TestApp::sqlite_with(Settings {
        mode: Mode::Serve,
        public_url: Some("https://id.example.com".into()),
        ..Settings::dev()
    })
    .await;
    let settings = with(sms(), json!({"AutoVerifiedAttributes": ["phone_number"]}));
    let pool = pool(&t, settings).await;
    let number = [
        ("phone_number", "+15555550100"),
        ("phone_number_verified", "true"),
    ];
    made(&t, &pool, "bob", &number).await;
    let failed = (
        "InvalidSmsRoleAccessPolicyException",
        "Failed to deliver the message.",
    );
    let update = admin_update(&pool, "bob", &[("phone_number", "+15555550101")]);
    t.refused("AdminUpdateUserAttributes", update, failed.0, failed.1)
        .await;
    let reset = json!({"UserPoolId": pool, "Username": "bob"});
    t.refused("AdminResetUserPassword", reset, failed.0, failed.1)
        .await;
}

#[each_engine]
async fn what_is_nowhere_is_told_by_the_operations_that_look_for_it(t: &TestApp) {
    let Site { pool, .. } = site(t).await;
    let message = format!("User pool {NOWHERE} does not exist.");
    let gone = "ResourceNotFoundException";
    let input = json!({"UserPoolId": NOWHERE, "Username": "bob"});
    for op in [
        "AdminListGroupsForUser",
        "AdminListDevices",
        "AdminDeleteSoftwareToken",
        "AdminGetUserAuthFactors",
        "AdminListUserSessions",
        "AdminSetUserMFAPreference",
        "AdminListUserAuthEvents",
    ] {
        t.refused(op, input.clone(), gone, &message).await;
    }
    let absent = "a".repeat(26);
    let message = format!("User pool client {absent} does not exist.");
    let input = json!({"ClientId": absent, "RefreshToken": "x"});
    t.refused("GetTokensFromRefreshToken", input, gone, &message)
        .await;
    let input = json!({"ClientId": absent, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s".repeat(32)});
    t.refused("RespondToAuthChallenge", input.clone(), gone, &message)
        .await;
    let input = with(input, json!({"UserPoolId": pool}));
    t.refused("AdminRespondToAuthChallenge", input, gone, &message)
        .await;
}

#[each_engine]
async fn an_account_in_another_state_changes_no_password_and_signs_nobody_out(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let change = change_password(&token, PASSWORD, "N3wPassw0rd!");
    let leave = json!({"AccessToken": token});
    set_status(t, &pool, "RESET_REQUIRED").await;
    let reset = (
        "PasswordResetRequiredException",
        "Password reset required for the user",
    );
    t.refused("ChangePassword", change.clone(), reset.0, reset.1)
        .await;
    t.refused("GlobalSignOut", leave.clone(), reset.0, reset.1)
        .await;
    set_status(t, &pool, "CONFIRMED").await;
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_ok());
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    t.refused(
        "ChangePassword",
        change,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
}

#[each_engine]
async fn former_passwords_are_refused_to_users_as_well(t: &TestApp) {
    let policy = json!({"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}});
    let pool = pool(
        t,
        json!({"Policies": policy, "AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    t.ok(
        "ChangePassword",
        change_password(&token, PASSWORD, "password-2"),
    )
    .await;
    t.refused(
        "ChangePassword",
        change_password(&token, "password-2", PASSWORD),
        REUSED.0,
        REUSED.1,
    )
    .await;
    t.ok(
        "ForgotPassword",
        json!({"ClientId": client, "Username": "bob"}),
    )
    .await;
    let digits = code(t, &pool, "bob").await;
    let confirm = |new: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits, "Password": new});
    t.refused(
        "ConfirmForgotPassword",
        confirm(PASSWORD),
        REUSED.0,
        REUSED.1,
    )
    .await;
    // The code is still good for a password that is new.
    t.ok("ConfirmForgotPassword", confirm("password-3")).await;
    assert!(sign_in(t, &client, "bob", "password-3").await.is_ok());
}

#[each_engine]
async fn an_administrators_sign_in_tells_the_state_of_the_user(t: &TestApp) {
    let Site { pool, client } = site(t).await;
    let sign_in = |name: &str| {
        json!({
            "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD}
        })
    };
    t.refused(
        "AdminInitiateAuth",
        sign_in("nobody"),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    t.refused(
        "AdminInitiateAuth",
        sign_in("bob"),
        "UserNotConfirmedException",
        "User is not confirmed.",
    )
    .await;
    t.ok(
        "AdminConfirmSignUp",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    set_status(t, &pool, "RESET_REQUIRED").await;
    t.refused(
        "AdminInitiateAuth",
        sign_in("bob"),
        "PasswordResetRequiredException",
        "Password reset required for the user",
    )
    .await;
    // A client that hides which users exist does not tell that the name is unknown.
    let hiding = client_of(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let hidden = with(sign_in("nobody"), json!({"ClientId": hiding["ClientId"]}));
    t.refused("AdminInitiateAuth", hidden, WRONG.0, WRONG.1)
        .await;
}

#[each_engine]
async fn wrong_codes_burn_a_code_for_a_new_password(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    // A code lasts an hour and an hour has twenty requests, so only a code that sees two of them can be burnt.
    let forgot = json!({"ClientId": client, "Username": "bob"});
    t.ok("ForgotPassword", forgot.clone()).await;
    t.advance(3_500).await;
    t.ok("ForgotPassword", forgot).await;
    let digits = code(t, &pool, "bob").await;
    let confirm = |code: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code, "Password": "N3wPassw0rd!"});
    let mismatch = (
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    );
    for n in 0..20 {
        if n == 18 {
            t.advance(150).await;
        }
        t.refused(
            "ConfirmForgotPassword",
            confirm(wrong(&digits)),
            mismatch.0,
            mismatch.1,
        )
        .await;
    }
    t.refused(
        "ConfirmForgotPassword",
        confirm(&digits),
        "TooManyFailedAttemptsException",
        "Too many failed attempts, please request a code again.",
    )
    .await;
}

#[each_engine]
async fn the_refresh_token_of_a_user_who_is_gone_is_nobodys(t: &TestApp) {
    let Site { pool, client } = site(t).await;
    made(t, &pool, "bob", &[]).await;
    let answer = sign_in(t, &client, "bob", PASSWORD).await.unwrap();
    let refresh = answer["AuthenticationResult"]["RefreshToken"].clone();
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    let input = json!({"ClientId": client, "RefreshToken": refresh});
    t.refused(
        "GetTokensFromRefreshToken",
        input,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
}
