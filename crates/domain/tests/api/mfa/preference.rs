//! SetUserMFAPreference, GetUserAuthFactors and their Admin twins.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{sign_in, with, without_password};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::user;

fn on() -> Value {
    json!({"Enabled": true})
}

fn preferred() -> Value {
    json!({"Enabled": true, "PreferredMfa": true})
}

#[each_engine]
async fn both_operations_say_the_same_and_every_answer_shows_it(t: &TestApp) {
    let s = mfa_site(
        t,
        "OPTIONAL",
        &["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"],
    )
    .await;
    jane(t, &s, &["email", "phone_number"]).await;
    let token = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    register(t, &token).await;
    for admin in [false, true] {
        let set = async |settings: Value| {
            let answer = if admin {
                t.ok("AdminSetUserMFAPreference", of_jane(&s, settings))
                    .await
            } else {
                t.ok(
                    "SetUserMFAPreference",
                    with(json!({"AccessToken": token}), settings),
                )
                .await
            };
            assert_eq!(answer, json!({}));
        };
        let shown = async |list: Value, first: Value| {
            for answer in [
                t.ok("GetUser", json!({"AccessToken": token})).await,
                user(t, &s.pool, "jane").await,
                t.ok("GetUserAuthFactors", json!({"AccessToken": token}))
                    .await,
                t.ok("AdminGetUserAuthFactors", of_jane(&s, json!({})))
                    .await,
            ] {
                assert_eq!(
                    answer.get("UserMFASettingList").unwrap_or(&Value::Null),
                    &list
                );
                assert_eq!(
                    answer.get("PreferredMfaSetting").unwrap_or(&Value::Null),
                    &first
                );
            }
        };
        shown(Value::Null, Value::Null).await;
        set(json!({})).await;
        shown(Value::Null, Value::Null).await;
        set(json!({"EmailMfaSettings": on(), "SoftwareTokenMfaSettings": preferred()})).await;
        shown(
            json!(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]),
            json!("SOFTWARE_TOKEN_MFA"),
        )
        .await;
        // What is not named stays, but only one can be preferred.
        set(json!({"SMSMfaSettings": preferred()})).await;
        shown(
            json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]),
            json!("SMS_MFA"),
        )
        .await;
        // Not named as preferred is not preferred.
        set(json!({"SMSMfaSettings": on()})).await;
        shown(
            json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]),
            Value::Null,
        )
        .await;
        set(json!({"SMSMfaSettings": preferred()})).await;
        set(json!({"SMSMfaSettings": {"Enabled": false}, "SoftwareTokenMfaSettings": {}})).await;
        shown(json!(["EMAIL_OTP"]), Value::Null).await;
        set(json!({"EmailMfaSettings": {"PreferredMfa": false}})).await;
        shown(Value::Null, Value::Null).await;
    }
    let options = user(t, &s.pool, "jane").await;
    assert!(options.get("MFAOptions").is_none());
    prefer(t, &s, json!({"SMSMfaSettings": on()})).await;
    let options = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
    assert_eq!(user(t, &s.pool, "jane").await["MFAOptions"], options);
}

#[each_engine]
async fn what_a_user_has_not_set_up_or_the_pool_does_not_offer_is_not_turned_on(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &s, &["email"]).await;
    let token = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let two = json!({"SMSMfaSettings": preferred(), "EmailMfaSettings": preferred()});
    let off = json!({"SMSMfaSettings": {"Enabled": false, "PreferredMfa": true}});
    let delivery =
        |factor: &str| format!("User does not have delivery config set to turn on {factor}");
    let mut cases = vec![
        (
            json!({"SoftwareTokenMfaSettings": on()}),
            delivery("SOFTWARE_TOKEN_MFA"),
        ),
        (json!({"SMSMfaSettings": on()}), delivery("SMS_MFA")),
        (json!({"EmailMfaSettings": on()}), delivery("EMAIL_OTP")),
        (
            off,
            "An MFA method that is not enabled cannot be preferred.".to_owned(),
        ),
        (
            json!({"WebAuthnMfaSettings": on()}),
            "WebAuthn MFA requires the FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION."
                .to_owned(),
        ),
    ];
    let refused = async |settings: &Value, text: &str| {
        let input = with(json!({"AccessToken": token}), settings.clone());
        t.refused("SetUserMFAPreference", input, INVALID, text)
            .await;
        t.refused(
            "AdminSetUserMFAPreference",
            of_jane(&s, settings.clone()),
            INVALID,
            text,
        )
        .await;
        assert!(
            user(t, &s.pool, "jane")
                .await
                .get("UserMFASettingList")
                .is_none()
        );
    };
    for (settings, text) in cases.drain(..) {
        refused(&settings, &text).await;
    }
    let number = json!([{"Name": "phone_number", "Value": PHONE}]);
    t.ok(
        "AdminUpdateUserAttributes",
        of_jane(&s, json!({"UserAttributes": number})),
    )
    .await;
    refused(&json!({"SMSMfaSettings": on()}), &delivery("SMS_MFA")).await;
    require(t, &s.pool, "OPTIONAL", &["SMS_MFA", "EMAIL_OTP"]).await;
    t.advance(2).await;
    refused(&two, "Only one MFA method can be preferred.").await;
    let nobody = json!({"UserPoolId": s.pool, "Username": "nobody", "SMSMfaSettings": on()});
    t.refused(
        "AdminSetUserMFAPreference",
        nobody,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.refused(
        "SetUserMFAPreference",
        json!({"AccessToken": "x"}),
        "NotAuthorizedException",
        "Invalid Access Token",
    )
    .await;
    prefer(
        t,
        &s,
        json!({"SMSMfaSettings": on(), "EmailMfaSettings": preferred()}),
    )
    .await;
}

#[each_engine]
async fn a_passkey_for_both_factors_needs_another_one_besides(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    jane(t, &s, &["phone_number"]).await;
    let input = json!({
        "UserPoolId": s.pool, "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {},
        "WebAuthnConfiguration": {"RelyingPartyId": "auth.example.com", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"},
    });
    t.ok("SetUserPoolMfaConfig", input).await;
    t.advance(2).await;
    let alone = "WebAuthn MFA requires another MFA method to be enabled.";
    t.refused(
        "AdminSetUserMFAPreference",
        of_jane(&s, json!({"WebAuthnMfaSettings": on()})),
        INVALID,
        alone,
    )
    .await;
    prefer(
        t,
        &s,
        json!({"WebAuthnMfaSettings": on(), "SMSMfaSettings": on()}),
    )
    .await;
    assert_eq!(
        user(t, &s.pool, "jane").await["UserMFASettingList"],
        json!(["SMS_MFA"])
    );
    t.refused(
        "AdminSetUserMFAPreference",
        of_jane(&s, json!({"SMSMfaSettings": {"Enabled": false}})),
        INVALID,
        alone,
    )
    .await;
    prefer(
        t,
        &s,
        json!({"WebAuthnMfaSettings": {"Enabled": false}, "SMSMfaSettings": {"Enabled": false}}),
    )
    .await;
}

#[each_engine]
async fn the_factors_of_a_user_are_those_they_have_and_the_pool_takes(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA", "SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &s, &["email", "phone_number"]).await;
    let token = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let factors = async || {
        let by_user = t
            .ok("GetUserAuthFactors", json!({"AccessToken": token}))
            .await;
        assert_eq!(by_user["Username"], "jane");
        assert_eq!(
            t.ok("AdminGetUserAuthFactors", of_jane(&s, json!({})))
                .await,
            by_user
        );
        by_user["ConfiguredUserAuthFactors"].clone()
    };
    assert_eq!(factors().await, json!(["PASSWORD", "SMS_OTP"]));
    register(t, &token).await;
    assert_eq!(
        factors().await,
        json!(["PASSWORD", "SMS_OTP", "SOFTWARE_TOKEN"])
    );
    require(t, &s.pool, "OFF", &[]).await;
    let first = json!({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}});
    t.ok(
        "UpdateUserPool",
        json!({"UserPoolId": s.pool, "Policies": first}),
    )
    .await;
    t.advance(2).await;
    assert_eq!(
        factors().await,
        json!(["PASSWORD", "EMAIL_OTP", "SOFTWARE_TOKEN"])
    );
    without_password(t, &s.pool).await;
    assert_eq!(factors().await, json!(["EMAIL_OTP", "SOFTWARE_TOKEN"]));
    let nobody = json!({"UserPoolId": s.pool, "Username": "nobody"});
    t.refused(
        "AdminGetUserAuthFactors",
        nobody,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.refused(
        "GetUserAuthFactors",
        json!({"AccessToken": "x"}),
        "NotAuthorizedException",
        "Invalid Access Token",
    )
    .await;
}
