//! With a client that hides which users exist, an unknown name costs the exponentiations that a user's name costs. The
//! counters are of the whole process, so that this test has one to itself.

#![recursion_limit = "256"]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

// The harness serves the large test binary too and is used here in part.
#[allow(dead_code, unused_macros, unused_imports, reason = "shared harness")]
#[path = "api/support/mod.rs"]
mod support;

use cognate_crypto::srp;
use serde_json::json;
use support::TestApp;
use support::signin::*;

static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn work_of<T>(step: impl Future<Output = T>) -> (u64, u64, T) {
    let before = srp::work();
    let result = step.await;
    let after = srp::work();
    (
        after.fixed_base - before.fixed_base,
        after.variable_base - before.variable_base,
        result,
    )
}

#[tokio::test]
async fn nobody_costs_the_exponentiations_of_a_user_in_every_step_of_a_sign_in() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let t = &TestApp::sqlite().await;
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    user(t, &s.pool, "somebody").await;
    let mut costs = Vec::new();
    for name in ["somebody", "nobody"] {
        let by_password = t.call("InitiateAuth", by_password(&s.client, name, "wrong"));
        let (fixed, variable, answer) = work_of(by_password).await;
        assert_eq!(answer.unwrap_err(), refusal(WRONG));
        let mut cost = vec![(fixed, variable)];

        let proof = srp::client::Client::new();
        let start = initiate(
            &s.client,
            "USER_SRP_AUTH",
            json!({"USERNAME": name, "SRP_A": proof.srp_a()}),
        );
        let (fixed, variable, answer) = work_of(t.call("InitiateAuth", start)).await;
        assert!(answer.is_ok());
        cost.push((fixed, variable));

        let started = Srp::start(t, &s.client, name).await.unwrap();
        let input = verify(&s.client, started.responses(&s.pool, "wrong"));
        let (fixed, variable, answer) = work_of(t.call("RespondToAuthChallenge", input)).await;
        assert_eq!(answer.unwrap_err(), refusal(WRONG));
        cost.push((fixed, variable));
        costs.push(cost);
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], [(1, 0), (1, 0), (0, 2)]);
}

/// The steps of USER_AUTH: the list, a password asked for and chosen, SRP, a code.
#[tokio::test]
async fn nobody_costs_the_exponentiations_of_a_user_when_the_first_factor_is_chosen() {
    // The counters are of the whole process.
    let _alone = ONE_AT_A_TIME.lock().await;
    let t = &TestApp::sqlite().await;
    let s = site_with(
        t,
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}}),
        json!({"PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await;
    let email = json!([{"Name": "email", "Value": "somebody@example.com"}]);
    user_with(t, &s.pool, "somebody", email).await;
    let mut costs = Vec::new();
    for name in ["somebody", "nobody@example.com"] {
        let begin = |more| {
            initiate(
                &s.client,
                "USER_AUTH",
                with(json!({"USERNAME": name}), more),
            )
        };
        let respond = |challenge: &str, session: &serde_json::Value, more| {
            json!({
                "ClientId": s.client, "ChallengeName": challenge, "Session": session,
                "ChallengeResponses": with(json!({"USERNAME": name}), more),
            })
        };
        let mut cost = Vec::new();
        let (fixed, variable, list) = work_of(t.call("InitiateAuth", begin(json!({})))).await;
        cost.push((fixed, variable));
        let session = list.unwrap()["Session"].clone();
        let wrong = json!({"ANSWER": "PASSWORD", "PASSWORD": "wrong"});
        let proof = srp::client::Client::new();
        let chosen = json!({"ANSWER": "PASSWORD_SRP", "SRP_A": proof.srp_a()});
        for (input, right) in [(wrong, false), (chosen, true)] {
            let call = t.call(
                "RespondToAuthChallenge",
                respond("SELECT_CHALLENGE", &session, input),
            );
            let (fixed, variable, answer) = work_of(call).await;
            cost.push((fixed, variable));
            assert_eq!(answer.is_ok(), right);
            if let Ok(asked) = answer {
                let started = Srp::of(srp::client::Client::new(), &asked);
                let input = verify(&s.client, started.responses(&s.pool, "wrong"));
                let (fixed, variable, answer) =
                    work_of(t.call("RespondToAuthChallenge", input)).await;
                assert_eq!(answer.unwrap_err(), refusal(WRONG));
                cost.push((fixed, variable));
            }
        }
        let at_once = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "wrong"});
        let (fixed, variable, answer) = work_of(t.call("InitiateAuth", begin(at_once))).await;
        assert_eq!(answer.unwrap_err(), refusal(WRONG));
        cost.push((fixed, variable));
        let sent = t.call(
            "InitiateAuth",
            begin(json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"})),
        );
        let (fixed, variable, _) = work_of(sent).await;
        cost.push((fixed, variable));
        costs.push(cost);
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], [(0, 0), (1, 0), (1, 0), (0, 2), (1, 0), (0, 0)]);
}
