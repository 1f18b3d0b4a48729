//! When a passkey is offered, and which factors it counts as.

use cognate_crypto::webauthn::client::{self, Authenticator};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::choice::without_session;
use crate::support::mfa as mfa_support;
use crate::support::passkeys::WRONG_PASSKEY;
use crate::support::passkeys::*;
use crate::support::signin::*;
use crate::support::texts::sessions::USED;

/// Turns second factors on in the pool, with or without passkeys that count as both.
async fn require(t: &TestApp, s: &Site, configuration: &str, both: bool) {
    let factor = if both {
        "MULTI_FACTOR_WITH_USER_VERIFICATION"
    } else {
        "SINGLE_FACTOR"
    };
    let input = json!({
        "UserPoolId": s.pool, "MfaConfiguration": configuration, "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "WebAuthnConfiguration": {"RelyingPartyId": RP, "FactorConfiguration": factor},
    });
    t.ok("SetUserPoolMfaConfig", input).await;
}

/// Registers an authenticator app for jane and turns it on.
async fn with_app(t: &TestApp, s: &Site, access: &Value, more: Value) {
    let made = t
        .ok("AssociateSoftwareToken", json!({"AccessToken": access}))
        .await;
    let app = mfa_support::App::scan(&made["SecretCode"]);
    t.ok(
        "VerifySoftwareToken",
        json!({"AccessToken": access, "UserCode": app.code(t)}),
    )
    .await;
    let settings = with(json!({"SoftwareTokenMfaSettings": {"Enabled": true}}), more);
    mfa_support::prefer(t, s, settings).await;
}

#[each_engine]
async fn who_prefers_a_passkey_is_asked_for_it_and_signs_in(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    for (mut device, name) in [
        (Authenticator::es256(RP), "jane"),
        (Authenticator::rs256(RP), "bob"),
    ] {
        registered(t, &s, name, &device).await;
        let challenge = t.ok("InitiateAuth", by_passkey(&s.client, name)).await;
        let asked = asked_by(&challenge);
        assert_eq!(unb64(&asked.options["challenge"]).len(), 16);
        assert_eq!(
            asked.options,
            json!({
                "hints": [], "attestation": "none", "attestationFormats": [], "challenge": asked.options["challenge"],
                "timeout": 180000, "rpId": RP, "userVerification": "preferred",
                "allowCredentials": [
                    {"id": b64(&device.credential_id), "type": "public-key", "transports": ["usb", "nfc"]},
                ],
            })
        );
        assert_eq!(
            without_session(challenge.clone()),
            json!({
                "ChallengeName": "WEB_AUTHN", "AvailableChallenges": ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"],
                "ChallengeParameters": challenge["ChallengeParameters"],
            })
        );
        let credential = Page::default().get(&asked.options, &mut device);
        let input = show(&s.client, name, &asked.session, &credential);
        let done = t.ok("RespondToAuthChallenge", input.clone()).await;
        assert_eq!(done["ChallengeParameters"], json!({}));
        let shown = get_user(t, &done["AuthenticationResult"]["AccessToken"])
            .await
            .unwrap();
        assert_eq!(shown["Username"], name);
        t.refused(
            "RespondToAuthChallenge",
            input,
            "NotAuthorizedException",
            USED,
        )
        .await;
    }
}

#[each_engine]
async fn a_passkey_can_be_chosen_from_the_list_and_through_the_admin_operations(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let list = t
        .ok(
            "InitiateAuth",
            initiate(&s.client, "USER_AUTH", json!({"USERNAME": "jane"})),
        )
        .await;
    assert_eq!(
        list["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"])
    );
    let choice = json!({
        "ClientId": s.client, "ChallengeName": "SELECT_CHALLENGE", "Session": list["Session"],
        "ChallengeResponses": {"USERNAME": "jane", "ANSWER": "WEB_AUTHN"},
    });
    let asked = asked_by(&t.ok("RespondToAuthChallenge", choice).await);
    let credential = Page::default().get(&asked.options, &mut device);
    assert!(answer(t, &s, &asked, &credential).await.unwrap()["AuthenticationResult"].is_object());
    let pool = json!({"UserPoolId": s.pool});
    let begun = t
        .ok(
            "AdminInitiateAuth",
            with(by_passkey(&s.client, "jane"), pool.clone()),
        )
        .await;
    let asked = asked_by(&begun);
    let credential = Page::default().get(&asked.options, &mut device);
    let input = with(show(&s.client, "jane", &asked.session, &credential), pool);
    assert!(t.ok("AdminRespondToAuthChallenge", input).await["AuthenticationResult"].is_object());
}

#[each_engine]
async fn a_second_factor_leaves_no_passkey_that_is_only_one(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    require(t, &s, "OPTIONAL", false).await;
    let mut device = Authenticator::es256(RP);
    let access = registered(t, &s, "jane", &device).await;
    // Without a second factor of the user's own the passkey is enough.
    let asked = asked(t, &s.client, "jane").await;
    let credential = Page::default().get(&asked.options, &mut device);
    with_app(t, &s, &access, json!({})).await;
    // Turned on after the challenge was given.
    assert_eq!(
        answer(t, &s, &asked, &credential).await,
        Err(not_authorized("Invalid session for the user."))
    );
    assert_eq!(
        offered(t, &s, "jane").await,
        json!(["PASSWORD_SRP", "PASSWORD"])
    );
    // They may register another all the same.
    register(t, &access, &Authenticator::es256(RP)).await;
    mfa_support::prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": false}}),
    )
    .await;
    let credential = Page::default().get(&asked.options, &mut device);
    assert!(answer(t, &s, &asked, &credential).await.is_ok());
}

#[each_engine]
async fn a_passkey_that_verifies_its_user_stands_for_both_factors(t: &TestApp) {
    for configuration in ["OPTIONAL", "ON"] {
        let s = passkey_site(t, json!({})).await;
        let mut device = Authenticator::es256(RP);
        let access = registered(t, &s, "jane", &device).await;
        require(t, &s, configuration, true).await;
        let passwords = json!(["PASSWORD_SRP", "PASSWORD"]);
        with_app(t, &s, &access, json!({})).await;
        assert_eq!(offered(t, &s, "jane").await, passwords, "{configuration}");
        mfa_support::prefer(t, &s, json!({"WebAuthnMfaSettings": {"Enabled": true}})).await;
        assert_eq!(
            offered(t, &s, "jane").await,
            json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"])
        );
        let asked = asked(t, &s.client, "jane").await;
        assert_eq!(asked.options["userVerification"], "required");
        device.flags = client::PRESENT;
        let credential = Page::default().get(&asked.options, &mut device);
        assert_eq!(
            answer(t, &s, &asked, &credential).await,
            Err(refusal(WRONG_PASSKEY))
        );
        device.flags = client::PRESENT | client::VERIFIED;
        let credential = Page::default().get(&asked.options, &mut device);
        assert!(
            answer(t, &s, &asked, &credential).await.unwrap()["AuthenticationResult"].is_object()
        );
    }
}

#[each_engine]
async fn names_that_nobody_has_seem_to_have_passkeys_too(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    t.ok(
        "UpdateUserPoolClient",
        json!({
            "UserPoolId": s.pool, "ClientId": s.client, "PreventUserExistenceErrors": "ENABLED",
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        }),
    )
    .await;
    let mut device = Authenticator::es256(RP);
    registered(t, &s, "jane", &device).await;
    let real = t.ok("InitiateAuth", by_passkey(&s.client, "jane")).await;
    let (mut asking, mut listing) = (0, 0);
    for n in 0..40 {
        let name = format!("nobody{n}");
        let answer = t.ok("InitiateAuth", by_passkey(&s.client, &name)).await;
        if answer["ChallengeName"] == "SELECT_CHALLENGE" {
            listing += 1;
            continue;
        }
        asking += 1;
        let asked = asked_by(&answer);
        let id = unb64(&asked.options["allowCredentials"][0]["id"]);
        assert!([16, 20, 32].contains(&id.len()));
        // The same again, but for the challenge.
        let again = asked_by(&t.ok("InitiateAuth", by_passkey(&s.client, &name)).await);
        let challenge = asked.options["challenge"].clone();
        assert_ne!(again.options["challenge"], challenge);
        assert_eq!(
            with(again.options.clone(), json!({"challenge": challenge})),
            asked.options
        );
        assert_eq!(
            answer["Session"].as_str().unwrap().len(),
            real["Session"].as_str().unwrap().len()
        );
        if asking > 3 {
            continue;
        }
        device.credential_id = id;
        let credential = Page::default().get(&asked.options, &mut device);
        let input = show(&s.client, &name, &asked.session, &credential);
        t.refused(
            "RespondToAuthChallenge",
            input,
            WRONG_PASSKEY.0,
            WRONG_PASSKEY.1,
        )
        .await;
    }
    // All of them are like the pool's one user.
    assert_eq!((asking, listing), (40, 0));
}
