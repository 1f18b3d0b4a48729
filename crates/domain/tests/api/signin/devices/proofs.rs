//! Right and wrong proofs, once and in time.

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::devices::*;
use crate::support::mfa::{INVALID, USED, answer, assert_signed_in};
use crate::support::signin::*;

const EXPIRED: &str = "Invalid session for the user, session is expired.";

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
