//! Parameters, secrets, and what changes in between.

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::mfa::{INVALID, assert_signed_in};
use crate::support::signin::*;

#[each_engine]
async fn what_changes_in_between_is_seen(t: &TestApp) {
    let w = world(t).await;
    let admin = |more: Value| {
        with(
            json!({"UserPoolId": w.s.pool, "Username": "jane", "DeviceKey": w.device.key}),
            more,
        )
    };
    // The device is not remembered any more, at either step.
    let (asked, proof) = (w.asked(t).await["Session"].clone(), w.proof(t).await);
    t.ok(
        "AdminUpdateDeviceStatus",
        admin(json!({"DeviceRememberedStatus": "not_remembered"})),
    )
    .await;
    let refused = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked))
        .await
        .err()
        .unwrap();
    assert_eq!(refused, not_authorized(INVALID));
    refuse(t, w.answer(&proof), (WRONG.0, INVALID)).await;
    t.ok(
        "AdminUpdateDeviceStatus",
        admin(json!({"DeviceRememberedStatus": "remembered"})),
    )
    .await;
    // The user is disabled.
    let user = json!({"UserPoolId": w.s.pool, "Username": "jane"});
    t.ok("AdminDisableUser", user.clone()).await;
    refuse(t, w.answer(&proof), (WRONG.0, "User is disabled.")).await;
    t.ok("AdminEnableUser", user.clone()).await;
    // The password is another.
    set_password(t, &w.s.pool, "jane", "An0ther-password!").await;
    refuse(t, w.answer(&proof), (WRONG.0, INVALID)).await;
    set_password(t, &w.s.pool, "jane", PASSWORD).await;
    // The device is gone.
    let (asked, proof) = (w.asked(t).await["Session"].clone(), w.proof(t).await);
    t.ok("AdminForgetDevice", admin(json!({}))).await;
    let refused = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked))
        .await
        .err()
        .unwrap();
    assert_eq!(refused, refusal(NO_DEVICE));
    refuse(t, w.answer(&proof), NO_DEVICE).await;
}

#[each_engine]
async fn another_users_device_cannot_prove_anything(t: &TestApp) {
    let w = world(t).await;
    user(t, &w.s.pool, "mary").await;
    let result = t
        .ok("InitiateAuth", by_password(&w.s.client, "mary", PASSWORD))
        .await["AuthenticationResult"]
        .clone();
    let marys = Device::of(&result);
    t.ok("ConfirmDevice", marys.confirmation(&result["AccessToken"]))
        .await;
    t.refused(
        "InitiateAuth",
        marys.sign_in(&w.s.client, "jane"),
        NO_DEVICE.0,
        NO_DEVICE.1,
    )
    .await;
    let asked = w.asked(t).await["Session"].clone();
    let refused = Proof::start(t, &w.s.client, "jane", &marys, Some(&asked))
        .await
        .err()
        .unwrap();
    assert_eq!(refused, refusal(NO_DEVICE));
}

#[each_engine]
async fn parameters_are_checked_first(t: &TestApp) {
    let w = world(t).await;
    let session = w.asked(t).await["Session"].clone();
    let begin = |responses: Value| {
        json!({
            "ClientId": w.s.client, "ChallengeName": "DEVICE_SRP_AUTH", "Session": session, "ChallengeResponses": responses,
        })
    };
    let good = json!({"USERNAME": "jane", "DEVICE_KEY": w.device.key, "SRP_A": srp::client::Client::new().srp_a()});
    for name in ["USERNAME", "DEVICE_KEY", "SRP_A"] {
        let mut responses = good.clone();
        responses.as_object_mut().unwrap().remove(name);
        refuse(
            t,
            begin(responses),
            (
                "InvalidParameterException",
                &format!("Missing required parameter {name}"),
            ),
        )
        .await;
    }
    for zero in ["0".to_owned(), srp::to_hex(&srp::prime())] {
        refuse(t, begin(with(good.clone(), json!({"SRP_A": zero}))), WRONG).await;
    }
    let malformed = respond_with(t, begin(with(good.clone(), json!({"SRP_A": "no number"}))))
        .await
        .unwrap_err();
    assert_eq!(malformed.0, "InvalidParameterException");
    let proof = Proof::start(t, &w.s.client, "jane", &w.device, Some(&session))
        .await
        .unwrap();
    let right = w.answer(&proof);
    for name in [
        "USERNAME",
        "DEVICE_KEY",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "PASSWORD_CLAIM_SIGNATURE",
        "TIMESTAMP",
    ] {
        let mut input = right.clone();
        input["ChallengeResponses"]
            .as_object_mut()
            .unwrap()
            .remove(name);
        refuse(
            t,
            input,
            (
                "InvalidParameterException",
                &format!("Missing required parameter {name}"),
            ),
        )
        .await;
    }
    assert_signed_in(&t.ok("RespondToAuthChallenge", right).await);
}

#[each_engine]
async fn a_client_with_a_secret_proves_it_at_each_step(t: &TestApp) {
    let w = world(t).await;
    let made = client_of(t, &w.s.pool, json!({"GenerateSecret": true})).await;
    let (id, secret) = (
        made["ClientId"].as_str().unwrap(),
        made["ClientSecret"].as_str().unwrap(),
    );
    let hash = json!({"SECRET_HASH": cognate_crypto::hash::secret_hash(secret, "jane", id)});
    let parameters = with(
        json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": w.device.key}),
        hash.clone(),
    );
    let asked = t
        .ok(
            "InitiateAuth",
            initiate(id, "USER_PASSWORD_AUTH", parameters),
        )
        .await;
    let missing = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    let refused = Proof::start(t, id, "jane", &w.device, Some(&asked["Session"]))
        .await
        .err()
        .unwrap();
    assert_eq!(refused, not_authorized(&missing));
    let client = srp::client::Client::new();
    let responses =
        json!({"USERNAME": "jane", "DEVICE_KEY": w.device.key, "SRP_A": client.srp_a()});
    let input = json!({
        "ClientId": id, "ChallengeName": "DEVICE_SRP_AUTH", "Session": asked["Session"],
        "ChallengeResponses": with(responses, hash.clone()),
    });
    let asked = t.ok("RespondToAuthChallenge", input).await;
    let proof = Proof::of(client, asked);
    let right = proof.answer(id, &w.device);
    refuse(t, right.clone(), (WRONG.0, &missing)).await;
    let right = altered(&right, "SECRET_HASH", hash["SECRET_HASH"].clone());
    assert_signed_in(&t.ok("RespondToAuthChallenge", right).await);
}

#[each_engine]
async fn a_pool_that_tracks_devices_no_more_asks_for_none(t: &TestApp) {
    let w = world(t).await;
    let proof = w.proof(t).await;
    let row = t
        .app
        .store
        .row(
            "SELECT doc FROM pools WHERE pool_id = ?1",
            cognate_store::params![&w.s.pool],
        )
        .await
        .unwrap()
        .unwrap();
    let mut doc: Value = serde_json::from_str(row.text(0).unwrap()).unwrap();
    doc.as_object_mut().unwrap().remove("device_configuration");
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    let batch =
        cognate_store::Batch::new().run(sql, cognate_store::params![&w.s.pool, doc.to_string()]);
    t.app.store.commit(batch).await.unwrap();
    t.sign(&w.s.pool).await;
    t.app.cache.forget(&w.s.pool, None);
    refuse(t, w.answer(&proof), NO_DEVICE).await;
    assert_eq!(w.asked(t).await["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}
