//! A database from before rows were signed: its first start signs it, once, and no later one does.

use cognate_crypto::seal::{Context, RootKey};
use cognate_server::access_keys;
use cognate_store::{Batch, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Engine, Options, TestServer};
use serde_json::json;

use super::{faults, write};
use crate::engines;
use crate::site::*;

const TABLES: [&str; 14] = [
    "UPDATE clients SET mac = NULL",
    "UPDATE signing_keys SET mac = NULL",
    "UPDATE users SET mac = NULL",
    "UPDATE passkeys SET mac = NULL",
    "UPDATE user_groups SET mac = NULL",
    "UPDATE group_members SET mac = NULL",
    "UPDATE devices SET mac = NULL",
    "UPDATE software_tokens SET mac = NULL",
    "UPDATE identity_providers SET mac = NULL",
    "UPDATE provider_links SET mac = NULL",
    "UPDATE sessions SET mac = NULL",
    "UPDATE domains SET mac = NULL",
    "UPDATE resource_servers SET mac = NULL",
    "UPDATE pools SET mac = NULL",
];

/// Makes of a database what an older program left: no MACs, keys and secrets in their older forms, no mark.
async fn age(store: &Store, root: &RootKey, pool: &str, key: &Credentials) {
    let row = store
        .row(
            "SELECT data_key FROM pools WHERE pool_id = ?1",
            params![pool],
        )
        .await;
    let wrapped = row.unwrap().unwrap().bytes(0).unwrap().to_vec();
    let old = root.wrap_unsigned_pool_key(pool, &root.unwrap_pool_key(pool, &wrapped).unwrap());
    let context = Context {
        table: "access_keys",
        column: "sealed",
        pool: "",
        row: &key.id,
    };
    let secret = root.seal(&context, key.secret.as_bytes());
    let batch = TABLES
        .iter()
        .fold(Batch::new(), |batch, sql| batch.run(sql, vec![]));
    let batch = batch
        .run(
            "UPDATE pools SET data_key = ?2 WHERE pool_id = ?1",
            params![pool, old],
        )
        .run(
            "UPDATE access_keys SET sealed = ?2 WHERE key_id = ?1",
            params![&key.id, secret],
        )
        .run("DELETE FROM meta WHERE name = 'rows_signed'", vec![]);
    store.commit(batch).await.unwrap();
}

async fn signed_once(options: impl Fn() -> Options, store: StoreOptions, root: &RootKey) {
    let server = TestServer::start(options()).await.unwrap();
    let (raw, open) = (server.raw(), server.unsigned());
    let Site { pool, client } = site(&raw, json!({}), json!({ "GenerateSecret": false })).await;
    user(&raw, &pool, "jane", json!([])).await;
    raw.ok(
        "CreateGroup",
        json!({ "UserPoolId": pool, "GroupName": "g" }),
    )
    .await
    .unwrap();
    let join = json!({ "UserPoolId": pool, "Username": "jane", "GroupName": "g" });
    raw.ok("AdminAddUserToGroup", join).await.unwrap();
    raw.ok(
        "CreateUserPoolDomain",
        json!({ "UserPoolId": pool, "Domain": "signed-once" }),
    )
    .await
    .unwrap();
    let token = json!({ "AccessToken": sign_in(&open, &client, "jane").await["AccessToken"] });
    let made = access_keys::create(root, "ci", None, 1).unwrap();
    server.state().app.store.commit(made.1).await.unwrap();
    let key = Credentials::new(made.0.id, made.0.secret);
    server.stop().await;

    let database = Store::open(&store).await.unwrap();
    age(&database, root, &pool, &key).await;
    database.close().await;
    let server = TestServer::start(options()).await.unwrap();
    let (raw, open) = (server.raw(), server.unsigned());
    open.ok("GetUser", token.clone()).await.unwrap();
    sign_in(&open, &client, "jane").await;
    raw.ok("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .unwrap();
    raw.ok("DescribeUserPoolDomain", json!({ "Domain": "signed-once" }))
        .await
        .unwrap();
    server
        .raw_as(key.clone())
        .ok("ListUserPools", json!({ "MaxResults": 1 }))
        .await
        .unwrap();
    // From now on no row goes without.
    write(
        &server,
        "UPDATE users SET mac = NULL WHERE pool_id = ?1",
        params![&pool],
    )
    .await;
    faults(&open, "GetUser", token.clone()).await;
    server.stop().await;
    // Neither a start nor the loss of the mark makes it good: the pool's key says that its rows are signed.
    let database = Store::open(&store).await.unwrap();
    let unmark = Batch::new().run("DELETE FROM meta WHERE name = 'rows_signed'", vec![]);
    database.commit(unmark).await.unwrap();
    database.close().await;
    let server = TestServer::start(options()).await.unwrap();
    faults(&server.unsigned(), "GetUser", token.clone()).await;
    server.stop().await;
    // An older database, with a mark: no row of it is trusted.
    let database = Store::open(&store).await.unwrap();
    let wrapped = database
        .row(
            "SELECT data_key FROM pools WHERE pool_id = ?1",
            params![&pool],
        )
        .await;
    let wrapped = wrapped.unwrap().unwrap().bytes(0).unwrap().to_vec();
    let old = root.wrap_unsigned_pool_key(&pool, &root.unwrap_pool_key(&pool, &wrapped).unwrap());
    let put = "UPDATE pools SET data_key = ?2, mac = NULL WHERE pool_id = ?1";
    database
        .commit(Batch::new().run(put, params![&pool, old]))
        .await
        .unwrap();
    database.close().await;
    let server = TestServer::start(options()).await.unwrap();
    faults(&server.unsigned(), "GetUser", token).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_database_is_signed_once_on_sqlite() {
    let folder = std::env::temp_dir().join(format!("cognate-signed-once-{}", std::process::id()));
    let root = RootKey::generate();
    let key = root.to_base64();
    let options = || Options {
        folder: Some(folder.clone()),
        sealing_key: Some(key.expose().clone()),
        ..Options::default()
    };
    signed_once(
        options,
        StoreOptions::sqlite(folder.join("cognate.db")),
        &root,
    )
    .await;
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn an_old_database_is_signed_once_on_postgresql() {
    let url = engines::postgres("signed_once").await;
    let root = RootKey::generate();
    let key = root.to_base64();
    let options = || Options {
        engine: Engine::Postgres(url.clone()),
        sealing_key: Some(key.expose().clone()),
        ..Options::default()
    };
    signed_once(options, StoreOptions::postgres(url.as_str()), &root).await;
}
