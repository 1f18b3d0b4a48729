//! Whole servers: from each engine into each, under another sealing key.

use cognate_testkit::Credentials;
use serde_json::json;

use super::{Archive, Empty, On, world};
use crate::site::*;

/// The refusal of a name that nobody has.
const UNKNOWN: (&str, &str) = ("UserNotFoundException", "User does not exist.");

async fn moves(from: On, to: On, name: &str) {
    let there = Empty::on(from, &format!("{name}-from")).await;
    let server = there.start().await;
    let world = world(&server).await;
    // A second pool, and a key of an administrator.
    let other = site(&server.raw(), json!({}), json!({})).await;
    user(&server.raw(), &other.pool, "olga", json!([])).await;
    let app = &server.state().app;
    let key = cognate_server::access_keys::create(&app.root, "admin", None, 1).unwrap();
    let admin = Credentials::new(key.0.id.clone(), key.0.secret.clone());
    app.store.commit(key.1).await.unwrap();
    let archive = Archive::of(&server, &[]).await;
    // What comes later is not in it.
    user(&server.raw(), &world.site.pool, "late", json!([])).await;
    server.stop().await;

    let here = Empty::on(to, &format!("{name}-to")).await;
    let restored = here.restore(&archive).await.unwrap();
    assert!(restored.manifest.rows() > 50, "{:?}", restored.manifest);
    let server = here.start().await;
    world.goes_on(&server).await;
    let late = by_password(&world.site.client, "late", PASSWORD);
    refused(&server.unsigned(), "InitiateAuth", late, UNKNOWN).await;
    sign_in(&server.unsigned(), &other.client, "olga").await;
    let listed = server.raw_as(admin);
    let listed = listed
        .ok("ListUserPools", json!({ "MaxResults": 60 }))
        .await
        .unwrap();
    assert_eq!(listed["UserPools"].as_array().unwrap().len(), 2);
    // A server's backup goes nowhere else than into an empty database.
    server.stop().await;
    let refused = here.restore(&archive).await.unwrap_err().to_string();
    assert!(
        refused.starts_with("the database is not empty"),
        "{refused}"
    );
    let server = here.start().await;
    sign_in(&server.unsigned(), &other.client, "olga").await;
    server.stop().await;
    there.forget();
    here.forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_moves_to_sqlite() {
    moves(On::Sqlite, On::Sqlite, "ss").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn sqlite_moves_to_postgresql() {
    moves(On::Sqlite, On::Postgres, "sp").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn postgresql_moves_to_sqlite() {
    moves(On::Postgres, On::Sqlite, "ps").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn postgresql_moves_to_postgresql() {
    moves(On::Postgres, On::Postgres, "pp").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_archive_is_proven() {
    let there = Empty::on(On::Sqlite, "verify").await;
    let server = there.start().await;
    let world = world(&server).await;
    // Pools whose users are named in other ways, ask for more at a sign-in, and call functions.
    let raw = server.raw();
    let mut pools = vec![world.site.pool.clone()];
    let recovery = json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] });
    for settings in [
        json!({ "UsernameAttributes": ["email"] }),
        json!({ "UsernameAttributes": ["phone_number"], "AccountRecoverySetting": recovery }),
        json!({ "LambdaConfig": { "PreAuthentication": "arn:aws:lambda:us-east-1:000000000000:function:none" } }),
    ] {
        pools.push(site(&raw, settings, json!({})).await.pool);
    }
    let archive = Archive::of(&server, &[]).await;
    let mut verified = archive.verify().await.unwrap().pools;
    verified.sort();
    pools.sort();
    assert_eq!(verified, pools);
    let one = Archive::of(&server, &[&world.site.pool]).await;
    let proven = one.verify().await.unwrap().pools;
    assert_eq!(proven, std::slice::from_ref(&world.site.pool));
    server.stop().await;
    there.forget();
}
