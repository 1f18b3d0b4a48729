//! The pool at a host: on other nodes, and when somebody wrote into the database.

use std::time::Duration;

use cognate_domain::resources::domains::at_host;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::pool;

const HOST: &str = "shop.auth.us-east-1.amazoncognito.com";

fn of(pool: &str) -> Value {
    json!({"UserPoolId": pool, "Domain": "shop"})
}

/// Returns the pool at a host and the version of its pages.
async fn found(t: &TestApp, host: &str) -> Option<(String, i64)> {
    let found = at_host(&t.app, host).await;
    let found = found.unwrap_or_else(|error| panic!("{error:?}"));
    found.map(|found| (found.pool.id.clone(), found.version))
}

#[each_engine]
async fn another_node_sees_a_change_within_the_lease(t: &TestApp) {
    let (first, second) = (pool(t, json!({})).await, pool(t, json!({})).await);
    let other = t.second_node().await;
    assert_eq!(found(&other, HOST).await, None);
    t.ok("CreateUserPoolDomain", of(&first)).await;
    assert_eq!(found(t, HOST).await, Some((first.clone(), 1)));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(found(&other, HOST).await, Some((first.clone(), 1)));
    t.ok("DeleteUserPoolDomain", of(&first)).await;
    t.ok("CreateUserPoolDomain", of(&second)).await;
    assert_eq!(found(t, HOST).await, Some((second.clone(), 1)));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(found(&other, HOST).await, Some((second, 1)));
}

#[each_engine]
async fn a_domain_that_was_moved_in_the_database_is_nobodys(t: &TestApp) {
    let (first, second) = (pool(t, json!({})).await, pool(t, json!({})).await);
    t.ok("CreateUserPoolDomain", of(&first)).await;
    let sql = "UPDATE domains SET pool_id = ?2 WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![&first, &second]);
    t.app.store.commit(batch).await.unwrap();
    t.app.cache.clear();
    assert!(at_host(&t.app, HOST).await.is_err());
    // Without its signature neither.
    let sql = "UPDATE domains SET mac = NULL WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![&second]);
    t.app.store.commit(batch).await.unwrap();
    t.app.cache.clear();
    assert!(at_host(&t.app, HOST).await.is_err());
}

#[each_engine]
async fn a_pool_that_ends_leaves_its_host(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    t.ok("CreateUserPoolDomain", of(&pool)).await;
    assert!(found(t, HOST).await.is_some());
    t.ok("DeleteUserPoolDomain", of(&pool)).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    assert_eq!(found(t, HOST).await, None);
}
