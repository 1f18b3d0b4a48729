//! Two nodes on one PostgreSQL.

use std::time::Duration;

use cognate_crypto::seal::RootKey;
use cognate_testkit::{Credentials, Engine, Options, TestServer};
use http::StatusCode;
use serde_json::json;

/// Returns the database of the test run; tests that need it print a warning if there is none.
pub(crate) async fn database() -> Option<String> {
    #[allow(
        clippy::disallowed_methods,
        reason = "the test run says where its PostgreSQL is"
    )]
    let url = std::env::var("TEST_POSTGRES_URL").ok();
    let Some(url) = url else {
        eprintln!("NOT RUN: TEST_POSTGRES_URL is not set");
        return None;
    };
    let schema = format!(
        "wire_{}",
        cognate_crypto::random::uuid_v4().replace('-', "")
    );
    Some(cognate_store::prepare_schema(&url, &schema).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_disabled_on_one_node_is_refused_on_the_other_within_a_second() {
    let Some(url) = database().await else { return };
    let options = Options {
        engine: Engine::Postgres(url),
        sealing_key: Some(RootKey::generate().to_base64().expose().clone()),
        ..Options::serve()
    };
    let one = TestServer::start(options.clone()).await.unwrap();
    let two = TestServer::start(options).await.unwrap();
    let app = &one.state().app;
    let run = |request| {
        let request = serde_json::from_value(request).unwrap();
        cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request)
    };
    let made = run(json!({"command": "create-key", "name": "x", "policy": null}))
        .await
        .unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    let key = Credentials::new(&id, made["secret"].as_str().unwrap());
    let list = async || {
        let raw = two.raw_as(key.clone());
        raw.call("ListUserPools", json!({"MaxResults": 5}))
            .await
            .unwrap()
            .status
    };
    assert_eq!(list().await, StatusCode::OK);
    run(json!({"command": "change-key", "id": id, "change": "disable"}))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_eq!(list().await, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_another_sealing_key_does_not_start() {
    let Some(url) = database().await else { return };
    let options = Options {
        engine: Engine::Postgres(url),
        ..Options::serve()
    };
    let _one = TestServer::start(options.clone()).await.unwrap();
    let error = TestServer::start(options).await.err().unwrap();
    assert!(
        error.to_string().contains("not the one of this database"),
        "{error:#}"
    );
}
