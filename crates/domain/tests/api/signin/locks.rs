//! What the commit of a sign-in holds: its user, and nothing of the pool (decision 002).

use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::mfa::{assert_signed_in, challenge, jane_with_app, respond};
use crate::support::signin::*;
use crate::support::users::futures_all;

/// The mark that the last holder of a pool's row has left in it, which is 0 without one. Several at once are a MultiXact.
const MARK: &str = "SELECT CAST(xmax AS TEXT) FROM pools WHERE pool_id = ?1";

async fn mark(t: &TestApp, pool: &str) -> String {
    let row = t.app.store.row(MARK, params![pool]).await.unwrap();
    row.unwrap().text(0).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL"]
async fn sign_ins_write_nothing_into_the_row_of_their_pool() {
    let t = TestApp::postgres().await;
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let s = site_with(&t, json!({}), rotation).await;
    let names: Vec<String> = (0..8).map(|n| format!("user{n}")).collect();
    for name in &names {
        user(&t, &s.pool, name).await;
    }
    assert_ne!(mark(&t, &s.pool).await, "0", "a new user holds the pool");
    // The pool's first tokens make its keys, which hold it as well.
    sign_in(&t, &s.client, "user0").await;
    let again = "UPDATE pools SET modified = modified WHERE pool_id = ?1";
    let again = Batch::new().run(again, params![&s.pool]);
    t.app.store.commit(again).await.unwrap();
    assert_eq!(mark(&t, &s.pool).await, "0");
    let signed_in = futures_all(names.iter().map(|name| sign_in(&t, &s.client, name))).await;
    let rotated = signed_in.iter().map(|tokens| {
        let token = json!({"ClientId": s.client, "RefreshToken": tokens["RefreshToken"]});
        t.ok("GetTokensFromRefreshToken", token)
    });
    for answer in futures_all(rotated).await {
        assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
    }
    assert_eq!(mark(&t, &s.pool).await, "0");
}

/// The use of a code waits for a recovery, so its commit holds the pool; that says that the pool is active as well.
#[each_engine]
async fn the_code_of_an_app_requires_the_pool_once(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    let before = t.app.store.work();
    let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let answer = respond(t, &s, &asked, code).await.unwrap();
    let after = t.app.store.work();
    assert_signed_in(&answer);
    // The user, the pool, the code's step, the wrong answers, the session that is spent and the new session.
    assert_eq!(
        (
            after.commits - before.commits,
            after.statements - before.statements
        ),
        (1, 6)
    );
}
