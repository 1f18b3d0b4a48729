//! CUSTOM_AUTH of a user whose device is remembered: one last proof after the pool's own challenges (auth.md 3.5).

use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::signin::*;
use crate::support::triggers::{begin, custom, reply};

/// Creates the pool of [`custom`] with devices, of which jane has one.
async fn world(t: &TestApp) -> (Site, Device) {
    let (s, _) = custom(t, json!({})).await;
    let row = t
        .app
        .store
        .row("SELECT doc FROM pools WHERE pool_id = ?1", params![&s.pool]);
    let mut doc: Value =
        serde_json::from_str(row.await.unwrap().unwrap().text(0).unwrap()).unwrap();
    doc["device_configuration"] = json!({"ChallengeRequiredOnNewDevice": true});
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![&s.pool, doc.to_string()]);
    t.app.store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
    t.app.cache.forget(&s.pool, None);
    let (device, _) = Device::confirmed(t, &s).await;
    (s, device)
}

/// Answers the triggers' two questions; gives what comes then.
async fn through(t: &TestApp, s: &Site, parameters: Value, more: Value) -> Value {
    let first = t.ok("InitiateAuth", begin(&s.client, parameters)).await;
    let mut answer = reply(&s.client, &first, "1");
    answer["ChallengeResponses"] = with(answer["ChallengeResponses"].clone(), more);
    let second = t.ok("RespondToAuthChallenge", answer).await;
    assert_eq!(second["ChallengeName"], "CUSTOM_CHALLENGE");
    t.ok("RespondToAuthChallenge", reply(&s.client, &second, "2"))
        .await
}

#[each_engine]
async fn a_remembered_device_has_the_last_word(t: &TestApp) {
    let (s, device) = world(t).await;
    // Named at the start, or with an answer.
    let key = json!({"DEVICE_KEY": device.key});
    for (parameters, more) in [
        (with(json!({"USERNAME": "jane"}), key.clone()), json!({})),
        (json!({"USERNAME": "jane"}), key),
    ] {
        let asked = through(t, &s, parameters, more).await;
        assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
        assert_eq!(
            asked["ChallengeParameters"],
            json!({"USERNAME": "jane", "DEVICE_KEY": device.key})
        );
        let proof = Proof::start(t, &s.client, "jane", &device, Some(&asked["Session"]))
            .await
            .unwrap();
        let wrong = proof.answer(
            &s.client,
            &Device {
                password: "another".into(),
                ..device.clone()
            },
        );
        t.refused("RespondToAuthChallenge", wrong, WRONG.0, WRONG.1)
            .await;
        let done = t
            .ok("RespondToAuthChallenge", proof.answer(&s.client, &device))
            .await;
        let result = &done["AuthenticationResult"];
        assert_eq!(claims(&result["AccessToken"])["device_key"], device.key);
        assert!(result.get("NewDeviceMetadata").is_none());
    }
}

#[each_engine]
async fn without_a_device_the_triggers_decide_alone(t: &TestApp) {
    let (s, device) = world(t).await;
    let done = through(t, &s, json!({"USERNAME": "jane"}), json!({})).await;
    assert_ne!(Device::of(&done["AuthenticationResult"]).key, device.key);
    let status = json!({"UserPoolId": s.pool, "Username": "jane", "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered"});
    t.ok("AdminUpdateDeviceStatus", status).await;
    let done = through(
        t,
        &s,
        json!({"USERNAME": "jane", "DEVICE_KEY": device.key}),
        json!({}),
    )
    .await;
    assert_eq!(
        claims(&done["AuthenticationResult"]["AccessToken"])["device_key"],
        device.key
    );
}
