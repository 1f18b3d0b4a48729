//! When a device is asked for, and which factors it replaces.

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::mfa::{assert_signed_in, jane, mfa_site_with, prefer, recovery, respond};
use crate::support::signin::*;

#[each_engine]
async fn a_remembered_device_signs_in_without_the_second_factor(t: &TestApp) {
    let w = world(t).await;
    let asked = w.asked(t).await;
    let session = asked["Session"].clone();
    assert!(session.as_str().unwrap().starts_with("AYAB"));
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "DEVICE_SRP_AUTH", "Session": session,
            "ChallengeParameters": {"USERNAME": "jane", "DEVICE_KEY": w.device.key},
        })
    );
    let proof = Proof::start(t, &w.s.client, "jane", &w.device, Some(&session))
        .await
        .unwrap();
    let names: Vec<_> = proof.asked["ChallengeParameters"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        names,
        ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]
    );
    assert_eq!(
        (proof.given("USERNAME"), proof.given("DEVICE_KEY")),
        ("jane", w.device.key.as_str())
    );
    assert_ne!(proof.asked["Session"], session);
    t.advance(30).await;
    let done = t.ok("RespondToAuthChallenge", w.answer(&proof)).await;
    assert_signed_in(&done);
    let result = &done["AuthenticationResult"];
    assert!(result.get("NewDeviceMetadata").is_none());
    let token = claims(&result["AccessToken"]);
    assert_eq!(token["device_key"], w.device.key);
    get_user(t, &result["AccessToken"]).await.unwrap();
    let shown = t
        .ok(
            "GetDevice",
            json!({"AccessToken": result["AccessToken"], "DeviceKey": w.device.key}),
        )
        .await;
    assert_eq!(
        shown["Device"]["DeviceLastAuthenticatedDate"],
        token["auth_time"]
    );
}

#[each_engine]
async fn clients_that_send_no_session_get_through(t: &TestApp) {
    let w = world(t).await;
    let sub = get_user(t, &w.access).await.unwrap()["UserAttributes"][0]["Value"]
        .as_str()
        .unwrap()
        .to_owned();
    for name in ["jane", sub.as_str()] {
        w.asked(t).await;
        let proof = Proof::start(t, &w.s.client, name, &w.device, None)
            .await
            .unwrap();
        assert_signed_in(
            &t.ok("RespondToAuthChallenge", no_session(w.answer(&proof)))
                .await,
        );
        // What waited is used up.
        let again = Proof::start(t, &w.s.client, name, &w.device, None)
            .await
            .err()
            .unwrap();
        assert_eq!(again, refusal(NO_DEVICE));
    }
}

#[each_engine]
async fn a_device_never_signs_in_alone(t: &TestApp) {
    let w = world(t).await;
    let stranger = Device {
        key: "us-east-1_00000000-0000-4000-8000-000000000000".into(),
        ..w.device.clone()
    };
    // No password was proven: the same answer for the user's device, a made-up one, and a made-up user.
    for (name, device) in [
        ("jane", &w.device),
        ("jane", &stranger),
        ("nobody", &w.device),
        ("nobody", &stranger),
    ] {
        let refused = Proof::start(t, &w.s.client, name, device, None)
            .await
            .err()
            .unwrap();
        assert_eq!(refused, refusal(NO_DEVICE), "{name}");
    }
    // A wrong password begins nothing either, nor does one without the device.
    let mut wrong = w.device.sign_in(&w.s.client, "jane");
    wrong["AuthParameters"]["PASSWORD"] = json!("Wr0ng-password!");
    t.refused("InitiateAuth", wrong, WRONG.0, WRONG.1).await;
    t.ok("InitiateAuth", by_password(&w.s.client, "jane", PASSWORD))
        .await;
    let refused = Proof::start(t, &w.s.client, "jane", &w.device, None)
        .await
        .err()
        .unwrap();
    assert_eq!(refused, refusal(NO_DEVICE));
    // What waits for the device waits for a short time.
    w.asked(t).await;
    t.advance(181).await;
    let refused = Proof::start(t, &w.s.client, "jane", &w.device, None)
        .await
        .err()
        .unwrap();
    assert_eq!(refused, refusal(NO_DEVICE));
}

#[each_engine]
async fn a_name_that_nobody_has_costs_the_same_as_a_user(t: &TestApp) {
    let w = world(t).await;
    let mut work = Vec::new();
    for name in ["jane", "nobody"] {
        t.hold(&w.s.pool, &w.s.client).await;
        let before = t.app.store.work();
        Proof::start(t, &w.s.client, name, &w.device, None)
            .await
            .err()
            .unwrap();
        let after = t.app.store.work();
        work.push([
            after.reads - before.reads,
            after.commits - before.commits,
            after.trips - before.trips,
        ]);
    }
    assert_eq!(work[0], work[1]);
}

#[each_engine]
async fn only_a_remembered_device_of_a_pool_that_trusts_devices_stands_for_the_second_factor(
    t: &TestApp,
) {
    world_with(t, json!({"ChallengeRequiredOnNewDevice": false}))
        .await
        .asks_for_the_app(t)
        .await;
    let w = world_with(
        t,
        json!({"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true}),
    )
    .await;
    w.asks_for_the_app(t).await;
    let status = |status: &str| json!({"AccessToken": w.access, "DeviceKey": w.device.key, "DeviceRememberedStatus": status});
    t.ok("UpdateDeviceStatus", status("remembered")).await;
    assert_eq!(w.asked(t).await["ChallengeName"], "DEVICE_SRP_AUTH");
    t.ok("UpdateDeviceStatus", status("not_remembered")).await;
    w.asks_for_the_app(t).await;
}

#[each_engine]
async fn a_device_without_a_verifier_cannot_stand_for_anything(t: &TestApp) {
    let w = world(t).await;
    let other = t
        .ok("InitiateAuth", by_password(&w.s.client, "jane", PASSWORD))
        .await;
    let done = respond(
        t,
        &w.s,
        &other,
        json!({"SOFTWARE_TOKEN_MFA_CODE": w.app.code(t)}),
    )
    .await
    .unwrap();
    let result = &done["AuthenticationResult"];
    let device = Device::of(result);
    t.ok(
        "ConfirmDevice",
        json!({"AccessToken": result["AccessToken"], "DeviceKey": device.key}),
    )
    .await;
    World { device, ..w }.asks_for_the_app(t).await;
}

#[each_engine]
async fn whoever_needs_no_second_factor_is_not_asked_for_the_device(t: &TestApp) {
    let w = world(t).await;
    prefer(
        t,
        &w.s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": false}}),
    )
    .await;
    assert_signed_in(&w.asked(t).await);
}

#[each_engine]
async fn a_device_does_not_excuse_from_setting_a_factor_up(t: &TestApp) {
    let settings = with(
        recovery(&["admin_only"]),
        json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}}),
    );
    let s = mfa_site_with(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"], settings).await;
    jane(t, &s, &[]).await;
    let (device, _) = Device::confirmed(t, &s).await;
    crate::support::mfa::require(t, &s.pool, "ON", &["SOFTWARE_TOKEN_MFA"]).await;
    let asked = t
        .ok("InitiateAuth", device.sign_in(&s.client, "jane"))
        .await;
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
}

#[each_engine]
async fn the_proof_follows_a_proof_of_the_password_by_srp(t: &TestApp) {
    let w = world(t).await;
    let password = Srp::start(t, &w.s.client, "jane").await.unwrap();
    let responses = with(
        password.responses(&w.s.pool, PASSWORD),
        json!({"DEVICE_KEY": w.device.key}),
    );
    let asked = t
        .ok("RespondToAuthChallenge", verify(&w.s.client, responses))
        .await;
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    let proof = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked["Session"]))
        .await
        .unwrap();
    assert_signed_in(&t.ok("RespondToAuthChallenge", w.answer(&proof)).await);
}

#[each_engine]
async fn administrators_take_the_same_steps(t: &TestApp) {
    let w = world(t).await;
    let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": w.device.key});
    let begin = json!({"UserPoolId": w.s.pool, "ClientId": w.s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters});
    let asked = t.ok("AdminInitiateAuth", begin).await;
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    let client = srp::client::Client::new();
    let responses =
        json!({"USERNAME": "jane", "DEVICE_KEY": w.device.key, "SRP_A": client.srp_a()});
    let input = json!({
        "UserPoolId": w.s.pool, "ClientId": w.s.client, "ChallengeName": "DEVICE_SRP_AUTH",
        "Session": asked["Session"], "ChallengeResponses": responses,
    });
    let asked = t.ok("AdminRespondToAuthChallenge", input).await;
    let given = |name: &str| {
        asked["ChallengeParameters"][name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let timestamp = now();
    let signature = client
        .answer(&srp::client::Answer {
            pool_name: &w.device.group,
            user_id: &w.device.key,
            password: &w.device.password,
            salt: &given("SALT"),
            srp_b: &given("SRP_B"),
            secret_block: &given("SECRET_BLOCK"),
            timestamp: &timestamp,
        })
        .unwrap();
    let responses = json!({
        "USERNAME": "jane", "DEVICE_KEY": w.device.key, "TIMESTAMP": timestamp,
        "PASSWORD_CLAIM_SECRET_BLOCK": given("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": signature,
    });
    let input = json!({
        "UserPoolId": w.s.pool, "ClientId": w.s.client, "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
        "Session": asked["Session"], "ChallengeResponses": responses,
    });
    assert_signed_in(&t.ok("AdminRespondToAuthChallenge", input).await);
}
