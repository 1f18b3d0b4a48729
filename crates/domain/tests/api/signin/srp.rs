//! USER_SRP_AUTH and PASSWORD_VERIFIER: right proofs, and every kind of wrong one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::hash;
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn srp_signs_in_without_a_session(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let names: Vec<&String> = started.parameters.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "SALT",
            "SECRET_BLOCK",
            "SRP_B",
            "USERNAME",
            "USER_ID_FOR_SRP"
        ]
    );
    assert_eq!(
        (started.given("USERNAME"), started.given("USER_ID_FOR_SRP")),
        ("jane", "jane")
    );
    let answer = t
        .ok(
            "RespondToAuthChallenge",
            verify(&s.client, started.responses(&s.pool, PASSWORD)),
        )
        .await;
    assert_eq!(answer["ChallengeParameters"], json!({}));
    get_user(t, &answer["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn admin_operations_run_srp_too(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let proof = cognate_crypto::srp::client::Client::new();
    let input = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": {"USERNAME": "jane", "SRP_A": proof.srp_a()},
    });
    assert_eq!(
        t.ok("AdminInitiateAuth", input).await["ChallengeName"],
        "PASSWORD_VERIFIER"
    );
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let mut input = verify(&s.client, started.responses(&s.pool, PASSWORD));
    input["UserPoolId"] = json!(s.pool);
    assert!(t.ok("AdminRespondToAuthChallenge", input).await["AuthenticationResult"].is_object());
}

#[each_engine]
async fn users_of_email_pools_prove_under_their_sub(t: &TestApp) {
    let s = site_with(t, json!({"UsernameAttributes": ["email"]}), json!({})).await;
    let sub = user(t, &s.pool, "jane@example.com").await;
    let started = Srp::start(t, &s.client, "jane@example.com").await.unwrap();
    assert_eq!(
        (started.given("USERNAME"), started.given("USER_ID_FOR_SRP")),
        (&*sub, &*sub)
    );
    t.ok(
        "RespondToAuthChallenge",
        verify(&s.client, started.responses(&s.pool, PASSWORD)),
    )
    .await;
}

#[each_engine]
async fn forged_and_altered_proofs_are_wrong_passwords(t: &TestApp) {
    let s = site(t).await;
    let other = client_of(t, &s.pool, json!({})).await;
    user(t, &s.pool, "jane").await;
    user(t, &s.pool, "john").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let right = started.responses(&s.pool, PASSWORD);
    let mut wrong = vec![started.responses(&s.pool, "Passw0rd?")];
    let mut altered = |name: &str, value: String| {
        let mut responses = right.clone();
        responses[name] = json!(value);
        wrong.push(responses);
    };
    altered("PASSWORD_CLAIM_SIGNATURE", STANDARD.encode([0; 32]));
    altered("PASSWORD_CLAIM_SIGNATURE", "no base64".into());
    altered(
        "TIMESTAMP",
        cognate_crypto::srp::client::timestamp(wall() - 7),
    );
    altered("USERNAME", "john".into());
    altered("USERNAME", "nobody".into());
    let mut block = STANDARD.decode(started.given("SECRET_BLOCK")).unwrap();
    block[100] ^= 1;
    altered("PASSWORD_CLAIM_SECRET_BLOCK", STANDARD.encode(&block));
    altered("PASSWORD_CLAIM_SECRET_BLOCK", STANDARD.encode([7; 900]));
    altered("PASSWORD_CLAIM_SECRET_BLOCK", "%".into());
    for responses in wrong {
        t.refused(
            "RespondToAuthChallenge",
            verify(&s.client, responses),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let other = other["ClientId"].as_str().unwrap();
    t.refused(
        "RespondToAuthChallenge",
        verify(other, right.clone()),
        WRONG.0,
        WRONG.1,
    )
    .await;
    t.ok("RespondToAuthChallenge", verify(&s.client, right))
        .await;
}

#[each_engine]
async fn timestamps_must_be_canonical_and_recent(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let stamp = cognate_crypto::srp::client::timestamp;
    let wrong_day = stamp(wall() + 86_400).split_once(' ').unwrap().0.to_owned();
    let text = now();
    let rest = text.split_once(' ').unwrap().1;
    for wrong in [
        stamp(wall() - 400),
        stamp(wall() + 400),
        format!("{wrong_day} {rest}"),
        format!("{text} "),
    ] {
        let responses = started.responses_at(&s.pool, PASSWORD, &wrong);
        t.refused(
            "RespondToAuthChallenge",
            verify(&s.client, responses),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let responses = started.responses_at(&s.pool, PASSWORD, &stamp(wall() - 60));
    t.ok("RespondToAuthChallenge", verify(&s.client, responses))
        .await;
}

#[each_engine]
async fn missing_responses_are_named(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    for name in [
        "USERNAME",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "PASSWORD_CLAIM_SIGNATURE",
        "TIMESTAMP",
    ] {
        let mut responses = started.responses(&s.pool, PASSWORD);
        responses.as_object_mut().unwrap().remove(name);
        let text = format!("Missing required parameter {name}");
        t.refused(
            "RespondToAuthChallenge",
            verify(&s.client, responses),
            "InvalidParameterException",
            &text,
        )
        .await;
    }
}

#[each_engine]
async fn a_void_a_is_refused(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let prime: String = cognate_crypto::srp::to_hex(&cognate_crypto::srp::prime());
    for a in ["0", "00", &prime] {
        let input = initiate(
            &s.client,
            "USER_SRP_AUTH",
            json!({"USERNAME": "jane", "SRP_A": a}),
        );
        t.refused("InitiateAuth", input, WRONG.0, WRONG.1).await;
    }
    let input = initiate(
        &s.client,
        "USER_SRP_AUTH",
        json!({"USERNAME": "jane", "SRP_A": "not hex"}),
    );
    let text = "SRP_A is not a valid hexadecimal number.";
    t.refused("InitiateAuth", input, "InvalidParameterException", text)
        .await;
    // Odd length is what clients send one time in sixteen.
    let input = initiate(
        &s.client,
        "USER_SRP_AUTH",
        json!({"USERNAME": "jane", "SRP_A": "abc"}),
    );
    t.ok("InitiateAuth", input).await;
}

#[each_engine]
async fn a_proof_is_good_once_even_when_sent_twice_at_the_same_time(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    for _ in 0..4 {
        let started = Srp::start(t, &s.client, "jane").await.unwrap();
        let input = verify(&s.client, started.responses(&s.pool, PASSWORD));
        let call = || t.call("RespondToAuthChallenge", input.clone());
        let (a, b, c) = tokio::join!(call(), call(), call());
        let answers = [a, b, c, call().await];
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for refused in answers.into_iter().filter_map(Result::err) {
            assert_eq!(refused, refusal(WRONG));
        }
    }
    let sql = "SELECT session_id FROM sessions WHERE pool_id = ?1";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![&s.pool])
        .await
        .unwrap();
    assert_eq!(rows.len(), 4, "one session for each challenge");
}

#[each_engine]
async fn a_challenge_ends_with_the_clients_session_validity(t: &TestApp) {
    let s = site_with(t, json!({}), json!({"AuthSessionValidity": 5})).await;
    user(t, &s.pool, "jane").await;
    let late = Srp::start(t, &s.client, "jane").await.unwrap();
    let text = "Invalid session for the user, session is expired.";
    t.advance(270).await;
    t.ok(
        "RespondToAuthChallenge",
        verify(&s.client, late.responses(&s.pool, PASSWORD)),
    )
    .await;
    let late = Srp::start(t, &s.client, "jane").await.unwrap();
    t.advance(301).await;
    t.refused(
        "RespondToAuthChallenge",
        verify(&s.client, late.responses(&s.pool, PASSWORD)),
        WRONG.0,
        text,
    )
    .await;
}

#[each_engine]
async fn a_password_changed_in_between_voids_the_challenge(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    set_password(t, &s.pool, "jane", "An0ther-one").await;
    for password in [PASSWORD, "An0ther-one"] {
        let input = verify(&s.client, started.responses(&s.pool, password));
        t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
            .await;
    }
    let disabled = Srp::start(t, &s.client, "jane").await.unwrap();
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let input = verify(&s.client, disabled.responses(&s.pool, "An0ther-one"));
    t.refused(
        "RespondToAuthChallenge",
        input,
        WRONG.0,
        "User is disabled.",
    )
    .await;
}

#[each_engine]
async fn nobody_gets_a_stable_challenge_where_existence_is_hidden(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    let (a, b) = (
        Srp::start(t, &s.client, "nobody").await.unwrap(),
        Srp::start(t, &s.client, "nobody").await.unwrap(),
    );
    let other = Srp::start(t, &s.client, "somebody").await.unwrap();
    assert_eq!(
        (a.given("SALT"), a.given("USER_ID_FOR_SRP")),
        (b.given("SALT"), b.given("USER_ID_FOR_SRP"))
    );
    assert_ne!(
        (a.given("SALT"), a.given("SRP_B")),
        (other.given("SALT"), b.given("SRP_B"))
    );
    // Where users choose their names, this could be one.
    assert_eq!(
        (a.given("USER_ID_FOR_SRP"), other.given("USER_ID_FOR_SRP")),
        ("nobody", "somebody")
    );
    let input = verify(&s.client, a.responses(&s.pool, PASSWORD));
    t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
        .await;

    // A user whose id has the same length has a block of the same length.
    let e = site_with(
        t,
        json!({"UsernameAttributes": ["email"]}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    user(t, &e.pool, "jane@example.com").await;
    let length = |started: Srp| started.given("SECRET_BLOCK").len();
    let real = length(Srp::start(t, &e.client, "jane@example.com").await.unwrap());
    let fake = length(Srp::start(t, &e.client, "john@example.com").await.unwrap());
    assert!(real.abs_diff(fake) <= 8, "{real} {fake}");
    // The name of such a user is an id, and so is the decoy of an unknown alias.
    let a = site_with(
        t,
        json!({"AliasAttributes": ["email"]}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    for client in [&e.client, &a.client] {
        let started = Srp::start(t, client, "john@example.com").await.unwrap();
        let again = Srp::start(t, client, "john@example.com").await.unwrap();
        let shape: Vec<usize> = started
            .given("USER_ID_FOR_SRP")
            .split('-')
            .map(str::len)
            .collect();
        assert_eq!(shape, [8, 4, 4, 4, 12]);
        assert_eq!(
            started.given("USER_ID_FOR_SRP"),
            again.given("USER_ID_FOR_SRP")
        );
    }
}

#[each_engine]
async fn nobody_and_somebody_cost_the_same_work(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    user(t, &s.pool, "somebody").await;
    // The counts are of the whole process, so that only tests that run alone could compare them exactly; the rows can.
    for name in ["somebody", "nobody"] {
        let started = Srp::start(t, &s.client, name).await.unwrap();
        let input = verify(&s.client, started.responses(&s.pool, "wrong"));
        t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
            .await;
        t.refused(
            "InitiateAuth",
            by_password(&s.client, name, "wrong"),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let sql = "SELECT n FROM attempts WHERE pool_id = ?1 ORDER BY subject";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![&s.pool])
        .await
        .unwrap();
    let counted: Vec<i64> = rows.iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(
        counted,
        [2, 2],
        "wrong passwords of a user and of nobody are counted alike"
    );
}

#[each_engine]
async fn a_client_with_a_secret_needs_its_hash_in_both_steps(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let made = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let (id, secret) = (
        made["ClientId"].as_str().unwrap(),
        made["ClientSecret"].as_str().unwrap(),
    );
    let missing = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    assert_eq!(
        Srp::start(t, id, "jane").await.err().unwrap(),
        not_authorized(&missing)
    );
    let proof = cognate_crypto::srp::client::Client::new();
    let right = hash::secret_hash(secret, "jane", id);
    let parameters = json!({"USERNAME": "jane", "SRP_A": proof.srp_a(), "SECRET_HASH": right});
    let answer = t
        .ok("InitiateAuth", initiate(id, "USER_SRP_AUTH", parameters))
        .await;
    let given = |name: &str| {
        answer["ChallengeParameters"][name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let timestamp = now();
    let signature = proof.answer(&cognate_crypto::srp::client::Answer {
        pool_name: s.pool.split_once('_').unwrap().1,
        user_id: "jane",
        password: PASSWORD,
        salt: &given("SALT"),
        srp_b: &given("SRP_B"),
        secret_block: &given("SECRET_BLOCK"),
        timestamp: &timestamp,
    });
    let mut responses = json!({
        "USERNAME": "jane", "TIMESTAMP": timestamp, "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(),
        "PASSWORD_CLAIM_SECRET_BLOCK": given("SECRET_BLOCK"),
    });
    t.refused(
        "RespondToAuthChallenge",
        verify(id, responses.clone()),
        "NotAuthorizedException",
        &missing,
    )
    .await;
    responses["SECRET_HASH"] = json!(right);
    t.ok("RespondToAuthChallenge", verify(id, responses)).await;
}
