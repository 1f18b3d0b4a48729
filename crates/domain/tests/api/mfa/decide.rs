//! Which second factor is asked for: the table of auth.md 4.2 through sign-ins, and what holds for every combination.

use cognate_domain::facts::factor::{Factor, MfaFactor, Proven};
use cognate_domain::facts::mfa_state::MfaState;
use cognate_domain::records::pool::{MfaFactors, Pool};
use cognate_domain::records::user::User;
use cognate_domain::signin::mfa::decide::{Decision, decide};

use cognate_shapes::*;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{Site, by_password, set_status, sign_in};

/// Returns the challenge that a sign-in of jane asks for, and the factors that it lets her choose.
async fn asked(t: &TestApp, s: &Site) -> (String, Value) {
    let answer = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    if answer["AuthenticationResult"].is_object() {
        return ("tokens".to_owned(), Value::Null);
    }
    let parameters = &answer["ChallengeParameters"];
    let list = parameters
        .get("MFAS_CAN_CHOOSE")
        .or_else(|| parameters.get("MFAS_CAN_SETUP"));
    let list = list.map_or(Value::Null, |list| {
        serde_json::from_str(list.as_str().unwrap()).unwrap()
    });
    (answer["ChallengeName"].as_str().unwrap().to_owned(), list)
}

fn single(name: &str) -> (String, Value) {
    (name.to_owned(), Value::Null)
}

fn choice(name: &str, list: &[&str]) -> (String, Value) {
    (name.to_owned(), json!(list))
}

const ALL: [&str; 3] = ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"];

#[each_engine]
async fn optional_factors_are_asked_for_when_they_are_on(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &ALL).await;
    jane(t, &s, &["email", "phone_number"]).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    register(t, &tokens["AccessToken"]).await;
    let on = |preferred: bool| json!({"Enabled": true, "PreferredMfa": preferred});
    let off = json!({"Enabled": false});
    for (settings, expected) in [
        (json!({}), single("tokens")),
        (json!({"SMSMfaSettings": on(false)}), single("SMS_MFA")),
        (
            json!({"SMSMfaSettings": off, "EmailMfaSettings": on(false)}),
            single("EMAIL_OTP"),
        ),
        (
            json!({"EmailMfaSettings": off, "SoftwareTokenMfaSettings": on(false)}),
            single("SOFTWARE_TOKEN_MFA"),
        ),
        (
            json!({"SMSMfaSettings": on(false)}),
            choice("SELECT_MFA_TYPE", &["SMS_MFA", "SOFTWARE_TOKEN_MFA"]),
        ),
        (
            json!({"EmailMfaSettings": on(false)}),
            choice(
                "SELECT_MFA_TYPE",
                &["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
            ),
        ),
        (json!({"EmailMfaSettings": on(true)}), single("EMAIL_OTP")),
        (json!({"SMSMfaSettings": on(true)}), single("SMS_MFA")),
        (
            json!({"SMSMfaSettings": on(false)}),
            choice(
                "SELECT_MFA_TYPE",
                &["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
            ),
        ),
    ] {
        prefer(t, &s, settings.clone()).await;
        assert_eq!(asked(t, &s).await, expected, "{settings}");
    }
    // A user without a number any more gets no codes by SMS.
    let none = json!(["phone_number"]);
    t.ok(
        "AdminDeleteUserAttributes",
        of_jane(&s, json!({"UserAttributeNames": none})),
    )
    .await;
    assert_eq!(
        asked(t, &s).await,
        choice("SELECT_MFA_TYPE", &["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"])
    );
    // What is on stays on when the pool no longer offers it, and counts for nothing when the pool asks for nothing.
    require(t, &s.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    t.advance(2).await;
    assert_eq!(
        asked(t, &s).await,
        choice("SELECT_MFA_TYPE", &["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"])
    );
    require(t, &s.pool, "OFF", &[]).await;
    t.advance(2).await;
    assert_eq!(asked(t, &s).await, single("tokens"));
}

#[each_engine]
async fn required_factors_are_asked_for_without_being_on(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &ALL).await;
    jane(t, &s, &["email", "phone_number"]).await;
    let token = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
    let has = async |email: bool, phone: bool| {
        let mut list = Vec::new();
        for (name, value, there) in [("email", EMAIL, email), ("phone_number", PHONE, phone)] {
            list.push(json!({"Name": name, "Value": if there { value } else { "" }}));
        }
        t.ok(
            "AdminUpdateUserAttributes",
            of_jane(&s, json!({"UserAttributes": list})),
        )
        .await;
    };
    require(t, &s.pool, "ON", &ALL).await;
    t.advance(2).await;
    assert_eq!(
        asked(t, &s).await,
        choice("SELECT_MFA_TYPE", &["SMS_MFA", "EMAIL_OTP"])
    );
    has(true, false).await;
    assert_eq!(asked(t, &s).await, single("EMAIL_OTP"));
    has(false, true).await;
    assert_eq!(asked(t, &s).await, single("SMS_MFA"));
    has(false, false).await;
    assert_eq!(
        asked(t, &s).await,
        choice("MFA_SETUP", &["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"])
    );
    register(t, &token).await;
    assert_eq!(asked(t, &s).await, single("SOFTWARE_TOKEN_MFA"));
    has(false, true).await;
    assert_eq!(
        asked(t, &s).await,
        choice("SELECT_MFA_TYPE", &["SMS_MFA", "SOFTWARE_TOKEN_MFA"])
    );
    prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}}),
    )
    .await;
    assert_eq!(asked(t, &s).await, single("SOFTWARE_TOKEN_MFA"));
    // Turning off what the pool requires changes only what is preferred.
    prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": false}}),
    )
    .await;
    assert_eq!(
        asked(t, &s).await,
        choice("SELECT_MFA_TYPE", &["SMS_MFA", "SOFTWARE_TOKEN_MFA"])
    );
    set_status(t, &s.pool, "EXTERNAL_PROVIDER").await;
    let external = (
        "NotAuthorizedException",
        "User is not authorized to get auth details.",
    );
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        external.0,
        external.1,
    )
    .await;
}

#[each_engine]
async fn the_first_way_to_recover_is_no_second_factor_that_nobody_chose(t: &TestApp) {
    for (ways, expected) in [
        (
            ["verified_email", "verified_phone_number"],
            single("SMS_MFA"),
        ),
        (
            ["verified_phone_number", "verified_email"],
            single("EMAIL_OTP"),
        ),
    ] {
        let s = mfa_site_with(t, "ON", &["SMS_MFA", "EMAIL_OTP"], recovery(&ways)).await;
        jane(t, &s, &["email", "phone_number"]).await;
        assert_eq!(asked(t, &s).await, expected);
        // Chosen, it counts; the password is then recovered the other way.
        let both =
            json!({"SMSMfaSettings": {"Enabled": true}, "EmailMfaSettings": {"Enabled": true}});
        prefer(t, &s, both).await;
        assert_eq!(
            asked(t, &s).await,
            choice("SELECT_MFA_TYPE", &["SMS_MFA", "EMAIL_OTP"])
        );
    }
}

#[each_engine]
async fn every_combination_keeps_the_rules(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &ALL).await;
    jane(t, &s, &[]).await;
    let mut pool = Pool::load(&t.app.store, &t.app.root, &s.pool)
        .await
        .unwrap()
        .unwrap();
    let mut user = User::find(&t.app.store, &pool, "jane")
        .await
        .unwrap()
        .unwrap();
    let bit = |bits: u32, at: u32| bits >> at & 1 == 1;
    let mut seen = 0;
    for pool_bits in 0..(3 * 3 * 8_u32) {
        pool.doc.mfa_configuration = [
            UserPoolMfaType::Off,
            UserPoolMfaType::Optional,
            UserPoolMfaType::On,
        ][(pool_bits / 24) as usize];
        let ways =
            ["admin_only", "verified_email", "verified_phone_number"][(pool_bits / 8 % 3) as usize];
        pool.doc.account_recovery_setting =
            serde_json::from_value(recovery(&[ways])["AccountRecoverySetting"].clone()).unwrap();
        pool.doc.mfa_factors = MfaFactors {
            sms: bit(pool_bits, 0),
            software_token: bit(pool_bits, 1).then_some(SoftwareTokenMfaConfigType {
                enabled: Some(true),
            }),
            email: bit(pool_bits, 2).then(EmailMfaConfigType::default),
        };
        for user_bits in 0..(4 * 64_u32) {
            user.doc.attributes.clear();
            if bit(user_bits, 0) {
                user.doc.attributes.insert("email".into(), EMAIL.into());
            }
            if bit(user_bits, 1) {
                user.doc
                    .attributes
                    .insert("phone_number".into(), PHONE.into());
            }
            user.doc.mfa = MfaState {
                software_token_registered: bit(user_bits, 2),
                sms: bit(user_bits, 3),
                email: bit(user_bits, 4),
                software_token: bit(user_bits, 5),
                preferred: [
                    None,
                    Some(MfaFactor::Sms),
                    Some(MfaFactor::Email),
                    Some(MfaFactor::SoftwareToken),
                ][(user_bits / 64) as usize],
                ..MfaState::default()
            };
            keeps_the_rules(&pool, &user);
            seen += 1;
        }
    }
    assert_eq!(seen, 72 * 256);
}

fn has(user: &User, factor: MfaFactor) -> bool {
    match factor {
        MfaFactor::Sms => user.attribute("phone_number").is_some(),
        MfaFactor::Email => user.attribute("email").is_some(),
        MfaFactor::SoftwareToken => user.doc.mfa.software_token_registered,
    }
}

fn is_on(user: &User, factor: MfaFactor) -> bool {
    has(user, factor)
        && match factor {
            MfaFactor::Sms => user.doc.mfa.sms,
            MfaFactor::Email => user.doc.mfa.email,
            MfaFactor::SoftwareToken => user.doc.mfa.software_token,
        }
}

fn keeps_the_rules(pool: &Pool, user: &User) {
    let what = format!(
        "{:?} {:?} {:?}",
        pool.doc.mfa_configuration, user.doc.mfa, user.doc.attributes
    );
    let password = Proven::only(Factor::Password);
    let decision = decide(pool, user, &password, false);
    let any_on = MfaFactor::ALL.iter().any(|factor| is_on(user, *factor));
    match (pool.doc.mfa_configuration, &decision) {
        (UserPoolMfaType::Off, decision) => assert_eq!(*decision, Decision::Nothing, "{what}"),
        (UserPoolMfaType::Optional, decision) => {
            assert_eq!(any_on, *decision != Decision::Nothing, "{what}");
            assert!(
                !matches!(decision, Decision::SetUp(_) | Decision::Impossible),
                "{what}"
            );
        }
        (_, decision) => assert_ne!(*decision, Decision::Nothing, "{what}"),
    }
    let asked = match &decision {
        Decision::Ask(factor) => vec![*factor],
        Decision::Choose(list) => {
            assert!(list.len() > 1, "{what}");
            list.clone()
        }
        Decision::SetUp(list) => {
            assert!(!list.is_empty(), "{what}");
            for factor in list {
                assert!(
                    !has(user, *factor) && decision.lets_set_up(*factor),
                    "{what}"
                );
            }
            Vec::new()
        }
        Decision::Nothing | Decision::Impossible => Vec::new(),
    };
    let preferred = user.doc.mfa.preferred.filter(|first| is_on(user, *first));
    if let (Some(first), true) = (preferred, !asked.is_empty()) {
        assert_eq!(asked, [first], "{what}");
    }
    for factor in MfaFactor::ALL {
        assert_eq!(decision.allows(factor), asked.contains(&factor), "{what}");
        if !asked.contains(&factor) {
            continue;
        }
        assert!(has(user, factor), "{what}");
        // Shown after the password it is enough; shown in the place of the password it is asked for no second time.
        let both = password.clone().with(factor.factor());
        assert_eq!(
            decide(pool, user, &both, false),
            Decision::Nothing,
            "{what}"
        );
        let alone = decide(pool, user, &Proven::only(factor.factor()), false);
        assert!(
            alone != Decision::Nothing && !alone.allows(factor),
            "{what}"
        );
    }
    let with_device = password.clone().with(Factor::Device);
    assert_eq!(
        decide(pool, user, &with_device, false),
        Decision::Nothing,
        "{what}"
    );
    // No first factor is enough where the password is not, but the pool's own triggers.
    for first in [
        Factor::Passkey,
        Factor::VerifiedPasskey,
        Factor::ConfirmedSignUp,
    ] {
        assert_eq!(
            decide(pool, user, &Proven::only(first), false),
            decision,
            "{what}"
        );
    }
    let custom = Proven::only(Factor::Custom);
    assert_eq!(
        decide(pool, user, &custom, false),
        Decision::Nothing,
        "{what}"
    );
    assert_eq!(
        decide(pool, user, &custom.with(Factor::Password), false),
        decision,
        "{what}"
    );
    let mut other = (pool.clone(), user.clone());
    other.1.status = UserStatusType::ExternalProvider;
    assert_eq!(
        decide(&other.0, &other.1, &password, false),
        Decision::Nothing
    );
    // A passkey that verified its user is both factors where pool and user say so.
    other.1.status = user.status;
    other.1.doc.mfa.web_authn = true;
    let passkey = Proven::only(Factor::VerifiedPasskey);
    assert_eq!(
        decide(&other.0, &other.1, &passkey, false),
        decision,
        "{what}"
    );
    other.0.doc.web_authn_configuration = Some(WebAuthnConfigurationType {
        factor_configuration: Some(
            WebAuthnFactorConfigurationType::MultiFactorWithUserVerification,
        ),
        ..WebAuthnConfigurationType::default()
    });
    assert_eq!(
        decide(&other.0, &other.1, &passkey, false),
        Decision::Nothing,
        "{what}"
    );
    let unverified = Proven::only(Factor::Passkey);
    assert_eq!(
        decide(&other.0, &other.1, &unverified, false),
        decision,
        "{what}"
    );
}
