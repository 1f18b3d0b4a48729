//! Where existence must not show, a name that nobody has costs the exponentiations that a user's costs. The counters are
//! of the whole process, so that this test has one to itself.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

// The harness serves the large test binary too and is used here in part.
#[allow(dead_code, reason = "shared harness")]
#[path = "api/signin_support.rs"]
mod signin_support;
#[allow(dead_code, unused_macros, reason = "shared harness")]
#[path = "api/support.rs"]
mod support;

use cognate_crypto::srp;
use serde_json::json;
use signin_support::*;
use support::TestApp;

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
