//! GetUserPoolMfaConfig and SetUserPoolMfaConfig: what is kept, replaced and refused.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{ROLE, describe, pool};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{all_at_once, with};

const TOGETHER: &str =
    "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.";
const NO_FACTOR: &str =
    "Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.";
const DEFAULT_SENDER: &str = "Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an \
     EmailSendingAccount of COGNITO_DEFAULT";
const NO_SMS: &str = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional";
const ONE_TIME: &str = "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled";
const SINGLE: &str = "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an \
     allowed first auth factor";

fn own_sender() -> Value {
    json!({"EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example"})
}

fn first_factors(more: &str) -> Value {
    json!({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", more]}})
}

fn of(pool: &str, settings: Value) -> Value {
    with(json!({"UserPoolId": pool}), settings)
}

async fn get(t: &TestApp, pool: &str) -> Value {
    t.ok("GetUserPoolMfaConfig", of(pool, json!({}))).await
}

/// Sets, and checks that the answer and a later read show `expected`.
async fn set(t: &TestApp, pool: &str, settings: Value, expected: Value) {
    let answer = t.ok("SetUserPoolMfaConfig", of(pool, settings)).await;
    assert_eq!(answer, expected);
    assert_eq!(get(t, pool).await, expected);
    assert_eq!(
        describe(t, pool).await["MfaConfiguration"],
        expected["MfaConfiguration"]
    );
}

async fn refused(t: &TestApp, pool: &str, settings: Value, text: &str) {
    let before = get(t, pool).await;
    t.refused("SetUserPoolMfaConfig", of(pool, settings), INVALID, text)
        .await;
    assert_eq!(get(t, pool).await, before);
}

#[each_engine]
async fn a_bare_pool_has_mfa_off_and_nothing_else(t: &TestApp) {
    let id = pool(t, json!({})).await;
    assert_eq!(get(t, &id).await, json!({"MfaConfiguration": "OFF"}));
}

#[each_engine]
async fn every_member_comes_back_and_the_pool_shows_the_sms_settings(t: &TestApp) {
    let id = pool(t, json!({"EmailConfiguration": own_sender()})).await;
    let all = json!({
        "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": {
            "SmsAuthenticationMessage": "Code {####}",
            "SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "x", "SnsRegion": "us-east-1"},
        },
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "EmailMfaConfiguration": {"Message": "Code {####}", "Subject": "Your code"},
        "WebAuthnConfiguration": {
            "RelyingPartyId": "auth.example.com", "UserVerification": "required",
            "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
        },
    });
    t.advance(5).await;
    set(t, &id, all.clone(), all.clone()).await;
    let shown = describe(t, &id).await;
    assert_eq!(
        shown["SmsConfiguration"],
        all["SmsMfaConfiguration"]["SmsConfiguration"]
    );
    assert_eq!(shown["SmsAuthenticationMessage"], "Code {####}");
    assert!(
        shown["LastModifiedDate"].as_f64().unwrap() > shown["CreationDate"].as_f64().unwrap() + 4.9
    );
}

#[each_engine]
async fn what_is_left_out_is_gone_but_the_sms_sender_stays(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let sender = json!({"SnsCallerArn": ROLE});
    let sms = json!({"SmsConfiguration": sender});
    let all = json!({
        "MfaConfiguration": "ON", "SmsMfaConfiguration": sms, "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "WebAuthnConfiguration": {"RelyingPartyId": "123456789"},
    });
    set(t, &id, all.clone(), all).await;
    let one =
        json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    set(t, &id, one.clone(), one).await;
    set(t, &id, json!({}), json!({"MfaConfiguration": "OFF"})).await;
    assert_eq!(describe(t, &id).await["SmsConfiguration"], sender);
    // The sender of the pool serves SMS that come back without one of their own.
    let again = json!({"MfaConfiguration": "ON", "SmsMfaConfiguration": {}});
    set(
        t,
        &id,
        again,
        json!({"MfaConfiguration": "ON", "SmsMfaConfiguration": sms}),
    )
    .await;
}

#[each_engine]
async fn passkeys_are_independent_of_mfa(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for passkeys in [
        json!({}),
        json!({"UserVerification": "preferred"}),
        json!({"RelyingPartyId": "a-1.example"}),
    ] {
        let expected = json!({"MfaConfiguration": "OFF", "WebAuthnConfiguration": passkeys});
        set(t, &id, expected.clone(), expected.clone()).await;
    }
}

#[each_engine]
async fn e_mail_messages_may_be_left_to_the_service(t: &TestApp) {
    let id = pool(t, json!({"EmailConfiguration": own_sender()})).await;
    let settings = json!({"MfaConfiguration": "ON", "EmailMfaConfiguration": {}});
    set(t, &id, settings.clone(), settings).await;
}

#[each_engine]
async fn mfa_of_a_pool_made_with_sms_shows_it(t: &TestApp) {
    let id = pool(t, json!({
        "MfaConfiguration": "OPTIONAL", "SmsConfiguration": {"SnsCallerArn": ROLE}, "SmsAuthenticationMessage": "C {####}",
    })).await;
    assert_eq!(
        get(t, &id).await,
        json!({
            "MfaConfiguration": "OPTIONAL",
            "SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": ROLE}, "SmsAuthenticationMessage": "C {####}"},
        })
    );
    t.ok(
        "UpdateUserPool",
        of(&id, json!({"MfaConfiguration": "OFF"})),
    )
    .await;
    assert_eq!(get(t, &id).await, json!({"MfaConfiguration": "OFF"}));
}

#[each_engine]
async fn an_update_of_the_pool_keeps_factors_until_it_turns_mfa_off(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let expected = json!({
        "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "WebAuthnConfiguration": {"RelyingPartyId": "a.example"},
    });
    set(t, &id, expected.clone(), expected.clone()).await;
    for update in [json!({}), json!({"MfaConfiguration": "OPTIONAL"})] {
        t.ok("UpdateUserPool", of(&id, update)).await;
        assert_eq!(get(t, &id).await, expected);
    }
    t.ok(
        "UpdateUserPool",
        of(&id, json!({"MfaConfiguration": "OFF"})),
    )
    .await;
    let off = json!({"MfaConfiguration": "OFF", "WebAuthnConfiguration": {"RelyingPartyId": "a.example"}});
    assert_eq!(get(t, &id).await, off);
    t.refused(
        "UpdateUserPool",
        of(&id, json!({"MfaConfiguration": "ON"})),
        INVALID,
        NO_SMS,
    )
    .await;
}

#[each_engine]
async fn a_factor_and_mfa_off_contradict_each_other(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for factor in [
        json!({"SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": ROLE}}}),
        json!({"SoftwareTokenMfaConfiguration": {"Enabled": false}}),
        json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}}),
        // The sender of e-mail would be refused too; this is refused first.
        json!({"EmailMfaConfiguration": {}}),
    ] {
        refused(t, &id, factor.clone(), TOGETHER).await;
        refused(
            t,
            &id,
            with(factor, json!({"MfaConfiguration": "OFF"})),
            TOGETHER,
        )
        .await;
    }
}

#[each_engine]
async fn mfa_needs_a_factor_that_works(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for mfa in ["ON", "OPTIONAL"] {
        for (settings, text) in [
            (json!({}), NO_FACTOR),
            (json!({"WebAuthnConfiguration": {}}), NO_FACTOR),
            (
                json!({"SoftwareTokenMfaConfiguration": {"Enabled": false}}),
                NO_FACTOR,
            ),
            (json!({"SoftwareTokenMfaConfiguration": {}}), NO_FACTOR),
            (json!({"SmsMfaConfiguration": {}}), NO_SMS),
            (
                json!({"SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": ""}}}),
                NO_SMS,
            ),
            (json!({"EmailMfaConfiguration": {}}), DEFAULT_SENDER),
        ] {
            refused(
                t,
                &id,
                with(settings, json!({"MfaConfiguration": mfa})),
                text,
            )
            .await;
        }
    }
}

#[each_engine]
async fn e_mail_cannot_be_the_second_factor_and_the_only_way_to_recover(t: &TestApp) {
    let alone = json!({"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]});
    let id = pool(
        t,
        json!({"EmailConfiguration": own_sender(), "AccountRecoverySetting": alone}),
    )
    .await;
    let text = "Cannot set EmailMfaConfiguration when verified_email is the only recovery mechanism in \
                AccountRecoverySetting.";
    refused(
        t,
        &id,
        json!({"MfaConfiguration": "ON", "EmailMfaConfiguration": {}}),
        text,
    )
    .await;
}

#[each_engine]
async fn the_sender_of_sms_is_checked_as_on_the_pool(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for (sender, text) in [(
        json!({"SnsRegion": "us-east-1"}),
        "SnsCallerArn is required in SmsConfiguration.",
    )] {
        let sms =
            json!({"MfaConfiguration": "ON", "SmsMfaConfiguration": {"SmsConfiguration": sender}});
        refused(t, &id, sms, text).await;
    }
    let sender = json!({"SnsCallerArn": "arn:aws:iam::999999999999:role/sms"});
    let sms =
        json!({"MfaConfiguration": "ON", "SmsMfaConfiguration": {"SmsConfiguration": sender}});
    let set = t.ok("SetUserPoolMfaConfig", of(&id, sms)).await;
    assert_eq!(set["SmsMfaConfiguration"]["SmsConfiguration"], sender);
}

#[each_engine]
async fn a_relying_party_is_a_domain(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for bad in [
        "https://a.example",
        "a_b.example",
        "a b",
        "a.example:443",
        "bücher.example",
        "a/b",
    ] {
        let passkeys = json!({"WebAuthnConfiguration": {"RelyingPartyId": bad}});
        refused(
            t,
            &id,
            passkeys,
            "RelyingPartyId contains invalid characters",
        )
        .await;
    }
}

#[each_engine]
async fn required_mfa_and_first_factors_without_a_password_exclude_each_other(t: &TestApp) {
    let totp = json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}});
    let (on, optional) = (
        json!({"MfaConfiguration": "ON"}),
        json!({"MfaConfiguration": "OPTIONAL"}),
    );
    let id = pool(t, json!({"Policies": first_factors("EMAIL_OTP")})).await;
    refused(t, &id, with(totp.clone(), on.clone()), ONE_TIME).await;
    t.ok(
        "SetUserPoolMfaConfig",
        of(&id, with(totp.clone(), optional.clone())),
    )
    .await;

    let id = pool(t, json!({"Policies": first_factors("WEB_AUTHN")})).await;
    let required = with(totp.clone(), on);
    for passkeys in [json!({}), json!({"FactorConfiguration": "SINGLE_FACTOR"})] {
        refused(
            t,
            &id,
            with(required.clone(), json!({"WebAuthnConfiguration": passkeys})),
            SINGLE,
        )
        .await;
    }
    refused(t, &id, required.clone(), SINGLE).await;
    t.ok("SetUserPoolMfaConfig", of(&id, with(totp, optional)))
        .await;
    let both = json!({"WebAuthnConfiguration": {"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}});
    t.ok(
        "SetUserPoolMfaConfig",
        of(&id, with(required.clone(), both)),
    )
    .await;

    let id = pool(t, json!({})).await;
    t.ok("SetUserPoolMfaConfig", of(&id, required)).await;
    for (factor, text) in [("EMAIL_OTP", ONE_TIME), ("WEB_AUTHN", SINGLE)] {
        t.refused(
            "UpdateUserPool",
            of(&id, json!({"Policies": first_factors(factor)})),
            INVALID,
            text,
        )
        .await;
    }
}

#[each_engine]
async fn sign_in_fails_closed_whatever_the_factor(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let totp =
        json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    t.ok("SetUserPoolMfaConfig", of(&id, totp)).await;
    let client = crate::support::clients::create(
        t,
        &id,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}),
    )
    .await;
    let parameters = json!({"USERNAME": "u", "PASSWORD": "p"});
    let request = json!({"ClientId": client["ClientId"], "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters});
    let listed = cognate_domain::pending::POOL_SETTINGS
        .iter()
        .any(|setting| setting.name == "MfaConfiguration");
    if listed {
        t.refused(
            "InitiateAuth",
            request,
            "NotImplementedException",
            "MfaConfiguration is not implemented yet.",
        )
        .await;
    }
}

#[each_engine]
async fn changes_at_the_same_time_leave_one_of_them_whole(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let totp =
        json!({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    let passkeys = json!({"MfaConfiguration": "OFF", "WebAuthnConfiguration": {"RelyingPartyId": "a.example"}});
    let inputs = (0..8)
        .map(|n| {
            of(
                &id,
                if n % 2 == 0 {
                    totp.clone()
                } else {
                    passkeys.clone()
                },
            )
        })
        .collect();
    let answers = all_at_once(t, "SetUserPoolMfaConfig", inputs).await;
    assert!(answers.iter().any(Result::is_ok));
    for (code, _) in answers.into_iter().filter_map(Result::err) {
        assert_eq!(code, "ConcurrentModificationException");
    }
    let kept = get(t, &id).await;
    assert!(kept == totp || kept == passkeys, "{kept}");
}

#[each_engine]
async fn a_pool_that_is_not_there_is_not_found(t: &TestApp) {
    for op in ["GetUserPoolMfaConfig", "SetUserPoolMfaConfig"] {
        let text = "User pool us-east-1_nosuchone does not exist.";
        t.refused(
            op,
            of("us-east-1_nosuchone", json!({})),
            "ResourceNotFoundException",
            text,
        )
        .await;
    }
}

#[tokio::test]
async fn factors_above_the_plan_are_refused_where_plans_are_enforced() {
    let mut settings = cognate_domain::Settings::dev();
    settings.enforce_tiers = true;
    let t = &TestApp::sqlite_with(settings).await;
    let id = pool(
        t,
        json!({"UserPoolTier": "LITE", "EmailConfiguration": own_sender()}),
    )
    .await;
    let above = |feature: &str| {
        format!(
            "The following feature is not available for the LITE pricing tier configured: {feature}"
        )
    };
    for (settings, feature) in [
        (
            json!({"MfaConfiguration": "ON", "EmailMfaConfiguration": {}}),
            "Email MFA",
        ),
        (
            json!({"WebAuthnConfiguration": {"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}}),
            "Passkey MFA",
        ),
    ] {
        let code = "FeatureUnavailableInTierException";
        t.refused(
            "SetUserPoolMfaConfig",
            of(&id, settings),
            code,
            &above(feature),
        )
        .await;
    }
    let id = pool(t, json!({"EmailConfiguration": own_sender()})).await;
    let email = json!({"MfaConfiguration": "ON", "EmailMfaConfiguration": {}});
    t.ok("SetUserPoolMfaConfig", of(&id, email)).await;
    let text = "The following features need to be disabled for the LITE pricing tier configured: Email MFA";
    t.refused(
        "UpdateUserPool",
        of(&id, json!({"UserPoolTier": "LITE"})),
        "FeatureUnavailableInTierException",
        text,
    )
    .await;
}
