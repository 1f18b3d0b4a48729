//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device in the place of the second factor.

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::devices::*;
use crate::support::mfa::{
    App, INVALID, USED, answer, assert_signed_in, jane, mfa_site_with, prefer, recovery, register,
    respond,
};
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

const EXPIRED: &str = "Invalid session for the user, session is expired.";

/// Jane with an authenticator app in a pool with optional MFA, and a device of hers that is confirmed.
struct World {
    s: Site,
    app: App,
    device: Device,
    access: Value,
}

/// `devices`: DeviceConfiguration.
async fn world_with(t: &TestApp, devices: Value) -> World {
    let settings = with(
        recovery(&["admin_only"]),
        json!({"DeviceConfiguration": devices}),
    );
    let s = mfa_site_with(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"], settings).await;
    jane(t, &s, &[]).await;
    let (device, result) = Device::confirmed(t, &s).await;
    let access = result["AccessToken"].clone();
    let app = register(t, &access).await;
    prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": true}}),
    )
    .await;
    t.advance(60).await;
    World {
        s,
        app,
        device,
        access,
    }
}

async fn world(t: &TestApp) -> World {
    world_with(t, json!({"ChallengeRequiredOnNewDevice": true})).await
}

impl World {
    /// Signs in by the password and names the device: what is asked for then.
    async fn asked(&self, t: &TestApp) -> Value {
        t.ok("InitiateAuth", self.device.sign_in(&self.s.client, "jane"))
            .await
    }

    /// Begins the proof that was asked for.
    async fn proof(&self, t: &TestApp) -> Proof {
        let asked = self.asked(t).await;
        Proof::start(
            t,
            &self.s.client,
            "jane",
            &self.device,
            Some(&asked["Session"]),
        )
        .await
        .unwrap()
    }

    fn answer(&self, proof: &Proof) -> Value {
        proof.answer(&self.s.client, &self.device)
    }

    /// That the second factor is asked for although the device is named.
    async fn asks_for_the_app(&self, t: &TestApp) {
        let asked = self.asked(t).await;
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        t.advance(60).await;
        let done = respond(
            t,
            &self.s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": self.app.code(t)}),
        )
        .await
        .unwrap();
        assert_signed_in(&done);
        assert_eq!(
            claims(&done["AuthenticationResult"]["AccessToken"])["device_key"],
            self.device.key
        );
        assert!(
            done["AuthenticationResult"]
                .get("NewDeviceMetadata")
                .is_none()
        );
    }
}

async fn respond_with(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    t.call("RespondToAuthChallenge", input).await
}

async fn refuse(t: &TestApp, input: Value, refusal: (&str, &str)) {
    t.refused("RespondToAuthChallenge", input, refusal.0, refusal.1)
        .await;
}

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
    // Nobody showed a password: the same answer for the user's device, a made-up one, and a made-up user.
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
        let before = t.app.store.work();
        Proof::start(t, &w.s.client, name, &w.device, None)
            .await
            .err()
            .unwrap();
        let after = t.app.store.work();
        work.push((after.reads - before.reads, after.commits - before.commits));
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

#[each_engine]
async fn wrong_proofs_are_refused_and_leave_the_right_one_its_turn(t: &TestApp) {
    let w = world(t).await;
    let proof = w.proof(t).await;
    let right = w.answer(&proof);
    let wrong_password = Device {
        password: "another".into(),
        ..w.device.clone()
    };
    let wrong_group = Device {
        group: "-AAAAAAAA".into(),
        ..w.device.clone()
    };
    for device in [wrong_password, wrong_group] {
        refuse(t, proof.answer(&w.s.client, &device), WRONG).await;
    }
    let hour_ago = srp::client::timestamp(wall() - 3_600);
    refuse(t, proof.answer_at(&w.s.client, &w.device, &hour_ago), WRONG).await;
    let now = now();
    refuse(
        t,
        altered(&right, "TIMESTAMP", json!(format!("{now} "))),
        WRONG,
    )
    .await;
    // What is not even a proof of this sign-in does not count.
    let block = proof.given("SECRET_BLOCK");
    let mut other_block = block.to_owned();
    other_block.replace_range(40..41, if &block[40..41] == "A" { "B" } else { "A" });
    refuse(
        t,
        altered(&right, "PASSWORD_CLAIM_SECRET_BLOCK", json!(other_block)),
        WRONG,
    )
    .await;
    refuse(
        t,
        altered(&right, "PASSWORD_CLAIM_SECRET_BLOCK", json!("AAAA")),
        WRONG,
    )
    .await;
    refuse(t, altered(&right, "USERNAME", json!("mary")), WRONG).await;
    refuse(
        t,
        altered(&right, "DEVICE_KEY", json!("us-east-1_0-0")),
        NO_DEVICE,
    )
    .await;
    assert_signed_in(&t.ok("RespondToAuthChallenge", right).await);
}

#[each_engine]
async fn wrong_proofs_count_towards_the_lockout(t: &TestApp) {
    let w = world(t).await;
    let proof = w.proof(t).await;
    let wrong = proof.answer(
        &w.s.client,
        &Device {
            password: "another".into(),
            ..w.device.clone()
        },
    );
    for _ in 0..5 {
        refuse(t, wrong.clone(), WRONG).await;
    }
    let locked = (WRONG.0, "Password attempts exceeded");
    refuse(t, w.answer(&proof), locked).await;
    t.refused(
        "InitiateAuth",
        by_password(&w.s.client, "jane", PASSWORD),
        locked.0,
        locked.1,
    )
    .await;
    t.advance(2).await;
    // Another password is no fresh start: the count stands until the tokens.
    refuse(t, wrong.clone(), WRONG).await;
    t.refused(
        "InitiateAuth",
        by_password(&w.s.client, "jane", PASSWORD),
        locked.0,
        locked.1,
    )
    .await;
}

#[each_engine]
async fn a_right_proof_works_once(t: &TestApp) {
    let w = world(t).await;
    let asked = w.asked(t).await;
    let first = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked["Session"]))
        .await
        .unwrap();
    let second = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked["Session"]))
        .await
        .unwrap();
    let right = w.answer(&first);
    let (a, b) = tokio::join!(
        respond_with(t, right.clone()),
        respond_with(t, right.clone())
    );
    let refused: Vec<_> = [a, b].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused, [not_authorized(USED)]);
    refuse(t, right.clone(), (WRONG.0, USED)).await;
    refuse(t, no_session(right), (WRONG.0, USED)).await;
    // Nor does another proof of the same sign-in, or another beginning.
    refuse(t, w.answer(&second), (WRONG.0, USED)).await;
    let third = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked["Session"]))
        .await
        .err()
        .unwrap();
    assert_eq!(third, not_authorized(USED));
}

#[each_engine]
async fn sessions_of_others_do_not_do(t: &TestApp) {
    let (w, elsewhere) = (world(t).await, world(t).await);
    let other_client = client_of(t, &w.s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let asked = w.asked(t).await["Session"].clone();
    let begin = async |client: &str, name: &str, session: &Value| {
        Proof::start(t, client, name, &w.device, Some(session))
            .await
            .err()
            .unwrap()
    };
    assert_eq!(
        begin(&other_client, "jane", &asked).await,
        not_authorized(INVALID)
    );
    assert_eq!(
        begin(&w.s.client, "mary", &asked).await,
        not_authorized(INVALID)
    );
    let foreign = elsewhere.asked(t).await["Session"].clone();
    assert_eq!(
        begin(&w.s.client, "jane", &foreign).await,
        not_authorized(INVALID)
    );
    let mut tampered = asked.as_str().unwrap().to_owned();
    tampered.replace_range(100..101, if &tampered[100..101] == "A" { "B" } else { "A" });
    assert_eq!(
        begin(&w.s.client, "jane", &json!(tampered)).await,
        not_authorized(INVALID)
    );
    assert_eq!(
        begin(&w.s.client, "jane", &json!("x".repeat(40))).await,
        not_authorized("Invalid session provided")
    );
    // A session for the app is none for the device.
    let for_app = t
        .ok("InitiateAuth", by_password(&w.s.client, "jane", PASSWORD))
        .await["Session"]
        .clone();
    assert_eq!(
        begin(&w.s.client, "jane", &for_app).await,
        not_authorized(INVALID)
    );
    let input = answer(
        &w.s,
        "SOFTWARE_TOKEN_MFA",
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": w.app.code(t)}),
    );
    refuse(t, input, (WRONG.0, INVALID)).await;

    let proof = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked))
        .await
        .unwrap();
    let right = w.answer(&proof);
    let session = |session: &Value| with(right.clone(), json!({"Session": session}));
    refuse(t, session(&asked), (WRONG.0, INVALID)).await;
    refuse(t, session(&for_app), (WRONG.0, INVALID)).await;
    refuse(t, session(&foreign), (WRONG.0, INVALID)).await;
    refuse(
        t,
        session(&w.proof(t).await.asked["Session"]),
        (WRONG.0, INVALID),
    )
    .await;
    refuse(
        t,
        with(right.clone(), json!({"ClientId": other_client})),
        WRONG,
    )
    .await;
    refuse(
        t,
        with(right.clone(), json!({"ClientId": elsewhere.s.client})),
        WRONG,
    )
    .await;
    assert_signed_in(&t.ok("RespondToAuthChallenge", right).await);
}

#[each_engine]
async fn without_a_session_a_sign_in_goes_on_only_where_it_began_and_only_at_once(t: &TestApp) {
    let w = world(t).await;
    w.asked(t).await;
    let thief = t.from("203.0.113.9", "test");
    let program = t.from("127.0.0.1", "curl");
    for other in [&thief, &program] {
        let refused = Proof::start(other, &w.s.client, "jane", &w.device, None)
            .await
            .err()
            .unwrap();
        assert_eq!(refused, refusal(NO_DEVICE));
    }
    let proof = Proof::start(t, &w.s.client, "jane", &w.device, None)
        .await
        .unwrap();
    assert_signed_in(
        &t.ok("RespondToAuthChallenge", no_session(w.answer(&proof)))
            .await,
    );
    // A session of its own is good from everywhere, as long as it is good.
    let asked = w.asked(t).await["Session"].clone();
    t.advance(61).await;
    let late = Proof::start(t, &w.s.client, "jane", &w.device, None)
        .await
        .err()
        .unwrap();
    assert_eq!(late, refusal(NO_DEVICE));
    Proof::start(&thief, &w.s.client, "jane", &w.device, Some(&asked))
        .await
        .unwrap();
}

#[each_engine]
async fn late_answers_are_refused(t: &TestApp) {
    let w = world(t).await;
    let asked = w.asked(t).await["Session"].clone();
    let proof = w.proof(t).await;
    t.advance(181).await;
    let late = Proof::start(t, &w.s.client, "jane", &w.device, Some(&asked))
        .await
        .err()
        .unwrap();
    assert_eq!(late, not_authorized(EXPIRED));
    refuse(t, w.answer(&proof), (WRONG.0, EXPIRED)).await;
    refuse(t, no_session(w.answer(&proof)), (WRONG.0, EXPIRED)).await;
}

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
