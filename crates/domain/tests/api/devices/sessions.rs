//! Devices at sign-in and refresh.

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::signin::*;

#[each_engine]
async fn a_known_device_is_named_and_gets_no_new_key(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, _) = Device::confirmed(t, &s).await;
    t.advance(1_000).await;
    let again = t
        .ok("InitiateAuth", device.sign_in(&s.client, "jane"))
        .await["AuthenticationResult"]
        .clone();
    assert!(again.get("NewDeviceMetadata").is_none());
    let token = claims(&again["AccessToken"]);
    assert_eq!(token["device_key"], device.key);
    let shown = t.ok("AdminGetDevice", named(&s, &device.key)).await;
    assert_eq!(
        shown["Device"]["DeviceLastAuthenticatedDate"],
        token["auth_time"]
    );
    assert_ne!(
        shown["Device"]["DeviceLastAuthenticatedDate"],
        shown["Device"]["DeviceCreateDate"]
    );
    // As an administrator's application says it.
    let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key});
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters});
    let admin = t.ok("AdminInitiateAuth", input).await;
    assert_eq!(
        claims(&admin["AuthenticationResult"]["AccessToken"])["device_key"],
        device.key
    );
}

#[each_engine]
async fn an_unknown_device_is_refused_only_after_the_password(t: &TestApp) {
    let s = tracked(t, false).await;
    user(t, &s.pool, "mary").await;
    let (device, _) = Device::confirmed(t, &s).await;
    // The device of another user does not exist either.
    refuse(
        t,
        "InitiateAuth",
        device.sign_in(&s.client, "mary"),
        NO_DEVICE,
    )
    .await;
    let mut wrong = device.sign_in(&s.client, "mary");
    wrong["AuthParameters"]["PASSWORD"] = json!("Wr0ng-password!");
    refuse(t, "InitiateAuth", wrong.clone(), WRONG).await;
    wrong["AuthParameters"]["USERNAME"] = json!("nobody");
    refuse(
        t,
        "InitiateAuth",
        wrong,
        ("UserNotFoundException", "User does not exist."),
    )
    .await;
    t.ok("AdminForgetDevice", named(&s, &device.key)).await;
    refuse(
        t,
        "InitiateAuth",
        device.sign_in(&s.client, "jane"),
        NO_DEVICE,
    )
    .await;
}

#[each_engine]
async fn a_proof_that_named_an_unknown_device_can_be_sent_again_without_it(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, _) = Device::confirmed(t, &s).await;
    t.ok("AdminForgetDevice", named(&s, &device.key)).await;
    // Clients name the device in the first step, in the second, or in both; they forget it before the second try.
    for at_start in [false, true] {
        let proof = srp::client::Client::new();
        let mut parameters = json!({"USERNAME": "jane", "SRP_A": proof.srp_a()});
        if at_start {
            parameters["DEVICE_KEY"] = json!(device.key);
        }
        let asked = t
            .ok(
                "InitiateAuth",
                initiate(&s.client, "USER_SRP_AUTH", parameters),
            )
            .await;
        let given = |name: &str| {
            asked["ChallengeParameters"][name]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let timestamp = now();
        let signature = proof
            .answer(&srp::client::Answer {
                pool_name: s.pool.split_once('_').unwrap().1,
                user_id: &given("USER_ID_FOR_SRP"),
                password: PASSWORD,
                salt: &given("SALT"),
                srp_b: &given("SRP_B"),
                secret_block: &given("SECRET_BLOCK"),
                timestamp: &timestamp,
            })
            .unwrap();
        let mut responses = json!({
            "USERNAME": "jane", "PASSWORD_CLAIM_SECRET_BLOCK": given("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": timestamp, "DEVICE_KEY": device.key,
        });
        refuse(
            t,
            "RespondToAuthChallenge",
            verify(&s.client, responses.clone()),
            NO_DEVICE,
        )
        .await;
        responses.as_object_mut().unwrap().remove("DEVICE_KEY");
        let done = t
            .ok("RespondToAuthChallenge", verify(&s.client, responses))
            .await;
        assert_ne!(Device::of(&done["AuthenticationResult"]).key, device.key);
    }
}

#[each_engine]
async fn refresh_needs_the_device_of_the_session(t: &TestApp) {
    let s = tracked(t, false).await;
    let (device, first) = Device::confirmed(t, &s).await;
    let other = Device::of(&sign_in(t, &s.client, "jane").await);
    let flow = |key: Option<&str>| {
        let mut parameters = json!({"REFRESH_TOKEN": first["RefreshToken"]});
        if let Some(key) = key {
            parameters["DEVICE_KEY"] = json!(key);
        }
        initiate(&s.client, "REFRESH_TOKEN_AUTH", parameters)
    };
    let trade = |key: Option<&str>| {
        let mut input = json!({"ClientId": s.client, "RefreshToken": first["RefreshToken"]});
        if let Some(key) = key {
            input["DeviceKey"] = json!(key);
        }
        input
    };
    for wrong in [None, Some(other.key.as_str())] {
        refuse(
            t,
            "InitiateAuth",
            flow(wrong),
            (WRONG.0, "Invalid Refresh Token"),
        )
        .await;
        refuse(
            t,
            "GetTokensFromRefreshToken",
            trade(wrong),
            (WRONG.0, "Invalid Refresh Token."),
        )
        .await;
    }
    let by_flow = t.ok("InitiateAuth", flow(Some(&device.key))).await;
    let traded = t
        .ok("GetTokensFromRefreshToken", trade(Some(&device.key)))
        .await;
    for answer in [by_flow, traded] {
        let result = &answer["AuthenticationResult"];
        assert_eq!(claims(&result["AccessToken"])["device_key"], device.key);
        assert!(result.get("NewDeviceMetadata").is_none());
    }
    // Without tracking, no user is asked for a device.
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    let row = t
        .app
        .store
        .row(
            "SELECT doc FROM pools WHERE pool_id = ?1",
            cognate_store::params![&s.pool],
        )
        .await
        .unwrap()
        .unwrap();
    let mut doc: Value = serde_json::from_str(row.text(0).unwrap()).unwrap();
    doc.as_object_mut().unwrap().remove("device_configuration");
    let batch =
        cognate_store::Batch::new().run(sql, cognate_store::params![&s.pool, doc.to_string()]);
    t.app.store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
    t.app.cache.forget(&s.pool, None);
    t.ok("InitiateAuth", flow(None)).await;
    t.ok("GetTokensFromRefreshToken", trade(None)).await;
}

#[each_engine]
async fn a_rotated_token_that_comes_again_ends_the_session_even_without_its_device(t: &TestApp) {
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let s = site_with(t, json!({"DeviceConfiguration": {}}), rotation).await;
    user(t, &s.pool, "jane").await;
    let first = sign_in(t, &s.client, "jane").await;
    let device = Device::of(&first);
    let trade = |token: &Value, key: &str| json!({"ClientId": s.client, "RefreshToken": token, "DeviceKey": key});
    let next = t
        .ok(
            "GetTokensFromRefreshToken",
            trade(&first["RefreshToken"], &device.key),
        )
        .await;
    let reused = t
        .call(
            "GetTokensFromRefreshToken",
            trade(&first["RefreshToken"], "us-east-1_0"),
        )
        .await;
    assert_eq!(reused.unwrap_err().0, "RefreshTokenReuseException");
    let newest = &next["AuthenticationResult"]["RefreshToken"];
    refuse(
        t,
        "GetTokensFromRefreshToken",
        trade(newest, &device.key),
        (WRONG.0, "Refresh Token has been revoked"),
    )
    .await;
}
