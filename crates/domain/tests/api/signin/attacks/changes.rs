//! Changes of a user between a challenge and its answer: another password, disabled, deleted, made anew, reset.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::signin::attacks::asking::*;
use crate::signin::attacks::*;
use crate::support::TestApp;
use crate::support::signin::*;
use Kind as K;

const DISABLED: (&str, &str) = ("NotAuthorizedException", "User is disabled.");
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Password,
    Disabled,
    Deleted,
    MadeAnew,
    Reset,
}

/// Returns the refusal of the right answer after a change; None if it still is right.
fn said(kind: Kind, change: Change) -> Option<(&'static str, &'static str)> {
    match change {
        Change::Password => match kind {
            K::PasswordVerifier | K::Password => Some(WRONG),
            // A user who proved the former password begins again; one who proved none never needed it.
            _ => kind.is_after_the_password().then_some(INVALID),
        },
        Change::Disabled => Some(DISABLED),
        // A proof of a password is judged like that of an unknown name.
        Change::Deleted | Change::MadeAnew if kind == K::PasswordVerifier => Some(WRONG),
        Change::Deleted | Change::MadeAnew => Some(INVALID),
        // The operation has no name for it.
        Change::Reset if kind == K::Associate => Some(INVALID),
        Change::Reset => Some(RESET),
    }
}

async fn befall(t: &TestApp, s: &Site, kind: Kind, name: &str, change: Change) {
    let of_them = json!({"UserPoolId": s.pool, "Username": name});
    let delete = async || {
        t.ok("AdminDeleteUser", of_them.clone()).await;
    };
    match change {
        Change::Password => set_password(t, &s.pool, name, "An0ther-one!").await,
        Change::Disabled => {
            t.ok("AdminDisableUser", of_them).await;
        }
        Change::Deleted => delete().await,
        Change::MadeAnew => {
            delete().await;
            if kind == K::FirstSignIn {
                let email = json!([{"Name": "email", "Value": format!("{name}@example.com")}]);
                user_with(t, &s.pool, name, email).await;
            } else {
                kind.person(t, s, name).await;
            }
        }
        Change::Reset => set_status(t, &s.pool, "RESET_REQUIRED").await,
    }
}

async fn changed(t: &TestApp, change: Change) {
    for kind in Kind::ALL {
        let s = kind.site(t).await;
        let mut jane = kind.person(t, &s, "jane").await;
        let right = ask(t, kind, &s, &mut jane, Door::Public).await;
        befall(t, &s, kind, "jane", change).await;
        let answer = right.answer(t).await;
        match said(kind, change) {
            Some(said) => assert_eq!(answer, Err(refusal(said)), "{kind:?} {change:?}"),
            None => assert!(answer.is_ok(), "{kind:?} {change:?}: {answer:?}"),
        }
    }
}

/// True if an answer holds tokens.
fn signed_in(answer: &Value) -> bool {
    answer.get("AuthenticationResult").is_some()
}

#[each_engine]
async fn another_password_ends_what_the_former_one_began(t: &TestApp) {
    changed(t, Change::Password).await;
}

#[each_engine]
async fn who_is_disabled_goes_no_further(t: &TestApp) {
    changed(t, Change::Disabled).await;
}

#[each_engine]
async fn who_is_deleted_goes_no_further(t: &TestApp) {
    changed(t, Change::Deleted).await;
}

#[each_engine]
async fn a_new_user_of_the_same_name_and_password_inherits_no_sign_in(t: &TestApp) {
    changed(t, Change::MadeAnew).await;
}

#[each_engine]
async fn who_must_set_a_new_password_goes_no_further(t: &TestApp) {
    changed(t, Change::Reset).await;
}

#[each_engine]
async fn one_factor_is_not_enough_once_two_are_required(t: &TestApp) {
    for kind in [
        K::EmailOtp,
        K::SmsOtp,
        K::Password,
        K::PasswordVerifier,
        K::WebAuthn,
        K::FirstSignIn,
    ] {
        let s = kind.site(t).await;
        let mut jane = kind.person(t, &s, "jane").await;
        let right = ask(t, kind, &s, &mut jane, Door::Public).await;
        // Codes as a first factor and second factors exclude each other in a pool.
        let factors =
            json!({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}});
        t.ok(
            "UpdateUserPool",
            json!({"UserPoolId": s.pool, "Policies": factors}),
        )
        .await;
        t.ok("SetUserPoolMfaConfig", json!({
            "UserPoolId": s.pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true},
            "WebAuthnConfiguration": {
                "RelyingPartyId": crate::support::passkeys::RP, "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
            },
        })).await;
        t.advance(2).await;
        match right.answer(t).await {
            Ok(answer) => {
                assert!(!signed_in(&answer), "{kind:?}: {answer}");
                assert_eq!(answer["ChallengeName"], "MFA_SETUP", "{kind:?}");
            }
            Err(refused) => assert_eq!(refused, refusal(INVALID), "{kind:?}"),
        }
    }
}

#[each_engine]
async fn an_access_token_alone_is_worth_no_other_tokens(t: &TestApp) {
    let s = K::Password.site(t).await;
    K::Password.person(t, &s, "jane").await;
    let access = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let step = |level: &str| {
        let parameters =
            json!({"USERNAME": "jane", "ACCESS_TOKEN": access, "TARGET_ACR_VALUES": level});
        initiate(&s.client, "USER_AUTH", parameters)
    };
    let enough = "The access token already satisfies the requested ACR value.";
    t.refused(
        "InitiateAuth",
        step("urn:cognito:loa:1"),
        "InvalidParameterException",
        enough,
    )
    .await;
    // The level that the token names has another name by now.
    let renamed = json!({"UserPoolId": s.pool, "AcrConfiguration": {"Level1": {"AcrValue": "urn:example:bronze"}}});
    t.ok("UpdateUserPool", renamed).await;
    let answer = t.ok("InitiateAuth", step("urn:example:bronze")).await;
    assert!(!signed_in(&answer), "{answer}");
    assert_eq!(answer["ChallengeName"], "SELECT_CHALLENGE");
}

#[each_engine]
async fn an_app_that_was_replaced_since_ends_the_sign_in_that_set_it_up(t: &TestApp) {
    let s = K::MfaVerified.site(t).await;
    let mut jane = K::MfaVerified.person(t, &s, "jane").await;
    let stale = ask(t, K::MfaVerified, &s, &mut jane, Door::Public).await;
    t.ok(
        "AdminDeleteSoftwareToken",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    assert_eq!(stale.answer(t).await, Err(refusal(INVALID)), "none");
    let fresh = ask(t, K::MfaVerified, &s, &mut jane, Door::Public).await;
    assert_eq!(stale.answer(t).await, Err(refusal(INVALID)), "another");
    assert!(signed_in(&fresh.answer(t).await.unwrap()));
}
