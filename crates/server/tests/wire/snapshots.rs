//! Tests of the snapshots of `dev`.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cognate_crypto::seal::RootKey;
use cognate_testkit::{Engine, Options, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::nodes::database;

async fn dev(server: &TestServer, method: Method, path: &str) -> (StatusCode, Value) {
    let path = format!("/_dev/{path}");
    let reply = server.unsigned().fetch(method, &path, &[], "").await;
    let reply = reply.unwrap();
    (reply.status, reply.json())
}

async fn restore(server: &TestServer, name: &str) -> (StatusCode, Value) {
    dev(server, Method::POST, &format!("snapshots/{name}/restore")).await
}

/// A pool and a client for passwords, and jane in it.
async fn site(server: &TestServer) -> (String, Value) {
    let api = server.raw();
    let pool = json!({"PoolName": "p", "AutoVerifiedAttributes": ["email"]});
    let pool = api.ok("CreateUserPool", pool).await.unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client = json!({
        "UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
        ],
    });
    let client = api.ok("CreateUserPoolClient", client).await.unwrap();
    add(server, &pool, "jane").await;
    let password = json!({
        "UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true,
    });
    api.ok("AdminSetUserPassword", password).await.unwrap();
    (pool, client["UserPoolClient"]["ClientId"].clone())
}

async fn add(server: &TestServer, pool: &str, name: &str) {
    let user = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
    server.raw().ok("AdminCreateUser", user).await.unwrap();
}

async fn sign_in(server: &TestServer, client: &Value) -> Value {
    let input = json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
    });
    let answer = server.raw().ok("InitiateAuth", input).await.unwrap();
    answer["AuthenticationResult"].clone()
}

async fn users(server: &TestServer, pool: &str) -> Vec<String> {
    let input = json!({"UserPoolId": pool});
    let listed = server.raw().ok("ListUsers", input).await.unwrap();
    let users = listed["Users"].as_array().unwrap().iter();
    users
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect()
}

/// True if a session's tokens are taken.
async fn lives(server: &TestServer, tokens: &Value, client: &Value) -> [bool; 2] {
    let api = server.unsigned();
    let user = json!({"AccessToken": tokens["AccessToken"]});
    let user = api.call("GetUser", user).await.unwrap().status;
    let refreshed = json!({
        "ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]},
    });
    let refreshed = api.call("InitiateAuth", refreshed).await.unwrap().status;
    [user, refreshed].map(|status| status == StatusCode::OK)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_is_what_it_was() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = site(&server).await;
    let before = sign_in(&server, &client).await;
    let (status, made) = dev(&server, Method::POST, "snapshots/base").await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert_eq!(made["name"], "base");
    let listed = dev(&server, Method::GET, "snapshots").await;
    assert_eq!(listed, (StatusCode::OK, json!({"snapshots": [made]})));
    let folder = server.folder().unwrap().join("snapshots");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(files.len(), 1);
    for (path, mode) in [(folder.join("base.db"), 0o600), (folder, 0o700)] {
        let facts = std::fs::metadata(path).unwrap();
        assert_eq!(facts.permissions().mode() & 0o777, mode);
    }

    // Whatever happens then is undone: a change of the pool that is cached, an ended session, a new one, a sign-up with its
    // message, and the clock.
    let now = async || dev(&server, Method::GET, "clock").await.1["now"].as_f64();
    let began = now().await.unwrap();
    server.advance("2m").await.unwrap();
    let out = json!({"UserPoolId": pool, "Username": "jane"});
    server
        .raw()
        .ok("AdminUserGlobalSignOut", out)
        .await
        .unwrap();
    let after = sign_in(&server, &client).await;
    let bob = json!({
        "ClientId": client, "Username": "bob", "Password": "Passw0rd!",
        "UserAttributes": [{"Name": "email", "Value": "bob@example.com"}],
    });
    server.unsigned().ok("SignUp", bob.clone()).await.unwrap();
    let gone = json!({"UserPoolId": pool, "ClientId": client});
    server.raw().ok("DeleteUserPoolClient", gone).await.unwrap();
    assert_eq!(users(&server, &pool).await.len(), 2);
    assert_eq!(server.mailbox().messages(&[]).await.unwrap().len(), 1);

    let (status, _) = restore(&server, "base").await;
    assert_eq!(status, StatusCode::OK);
    let past = now().await.unwrap() - began;
    assert!((0.0..60.0).contains(&past), "{past}");
    assert_eq!(users(&server, &pool).await, ["jane"]);
    assert!(server.mailbox().messages(&[]).await.unwrap().is_empty());
    assert_eq!(lives(&server, &before, &client).await, [true, true]);
    assert_eq!(lives(&server, &after, &client).await, [false, false]);
    // The name is free again, and the server goes on from there, as often as one likes.
    server.unsigned().ok("SignUp", bob).await.unwrap();
    assert_eq!(server.mailbox().messages(&[]).await.unwrap().len(), 1);
    let again = sign_in(&server, &client).await;
    assert_eq!(lives(&server, &again, &client).await, [true, true]);
    // Nothing of it touches the file.
    assert_eq!(restore(&server, "base").await.0, StatusCode::OK);
    assert_eq!(users(&server, &pool).await, ["jane"]);
    // An emptied server comes back too.
    let reset = dev(&server, Method::POST, "reset").await;
    assert_eq!(reset, (StatusCode::OK, json!({})));
    assert_eq!(restore(&server, "base").await.0, StatusCode::OK);
    assert_eq!(lives(&server, &before, &client).await, [true, true]);

    // A name can be taken again, and deleted once.
    add(&server, &pool, "ann").await;
    assert_eq!(
        dev(&server, Method::POST, "snapshots/base").await.0,
        StatusCode::OK
    );
    add(&server, &pool, "zoe").await;
    assert_eq!(restore(&server, "base").await.0, StatusCode::OK);
    assert_eq!(users(&server, &pool).await.len(), 2);
    let gone = dev(&server, Method::DELETE, "snapshots/base").await;
    assert_eq!(gone, (StatusCode::OK, json!({})));
    let missing = (
        StatusCode::NOT_FOUND,
        json!({"error": "there is no snapshot base"}),
    );
    assert_eq!(
        dev(&server, Method::DELETE, "snapshots/base").await,
        missing
    );
    assert_eq!(restore(&server, "base").await, missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_see_one_state() {
    let server = Arc::new(TestServer::dev().await.unwrap());
    let (pool, client) = site(&server).await;
    assert_eq!(
        dev(&server, Method::POST, "snapshots/base").await.0,
        StatusCode::OK
    );
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = tokio::task::JoinSet::new();
    for n in 0..4 {
        let (server, pool, client) = (server.clone(), pool.clone(), client.clone());
        let over = over.clone();
        clients.spawn(async move {
            let mut i = 0;
            while !over.load(Ordering::Relaxed) {
                add(&server, &pool, &format!("u{n}-{i}")).await;
                sign_in(&server, &client).await;
                i += 1;
            }
        });
    }
    for _ in 0..10 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert_eq!(restore(&server, "base").await.0, StatusCode::OK);
    }
    over.store(true, Ordering::Relaxed);
    // No request has failed.
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    assert_eq!(restore(&server, "base").await.0, StatusCode::OK);
    assert_eq!(users(&server, &pool).await, ["jane"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_bounded_and_foreign_files_are_refused() {
    let server = TestServer::dev().await.unwrap();
    for name in ["%2e%2e%2fx", "..", "a.b", "a%20b", &"x".repeat(65)] {
        let made = dev(&server, Method::POST, &format!("snapshots/{name}")).await;
        let why = json!({"error": "a name has at most 64 letters, digits, - and _"});
        assert_eq!(made, (StatusCode::BAD_REQUEST, why), "{name}");
    }
    for (method, path) in [
        (Method::POST, "snapshots/../x"),
        (Method::POST, "snapshots/"),
        (Method::POST, "snapshots/a/b"),
    ] {
        let answer = dev(&server, method, path).await;
        assert_eq!(answer.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        dev(&server, Method::GET, "snapshots/a").await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let page = [("origin", "https://evil.example")];
    let by_page = server
        .unsigned()
        .fetch(Method::POST, "/_dev/snapshots/a", &page, "")
        .await;
    assert_eq!(by_page.unwrap().status, StatusCode::FORBIDDEN);
    let listed = dev(&server, Method::GET, "snapshots").await;
    assert_eq!(listed, (StatusCode::OK, json!({"snapshots": []})));

    // Another server's database, and what is none.
    let other = TestServer::dev().await.unwrap();
    let (pool, _) = site(&server).await;
    for server in [&server, &other] {
        assert_eq!(
            dev(server, Method::POST, "snapshots/a").await.0,
            StatusCode::OK
        );
    }
    let [own, foreign] = [&server, &other].map(|s| s.folder().unwrap().join("snapshots/a.db"));
    std::fs::copy(foreign, &own).unwrap();
    let (status, why) = restore(&server, "a").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        why,
        json!({"error": "the file is of another database or of another version of this program"})
    );
    std::fs::write(&own, "no database").unwrap();
    assert_eq!(restore(&server, "a").await.0, StatusCode::CONFLICT);
    assert_eq!(users(&server, &pool).await, ["jane"]);

    // As many as there may be.
    for n in 1..64 {
        std::fs::copy(&own, own.with_file_name(format!("n{n}.db"))).unwrap();
    }
    let (status, why) = dev(&server, Method::POST, "snapshots/more").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        why,
        json!({"error": "there are 64 snapshots already: delete some"})
    );
    assert_eq!(
        dev(&server, Method::POST, "snapshots/a").await.0,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_postgresql_has_none() {
    let Some(url) = database().await else { return };
    let options = Options {
        engine: Engine::Postgres(url),
        sealing_key: Some(RootKey::generate().to_base64().expose().clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    for (method, path) in [
        (Method::GET, "snapshots"),
        (Method::POST, "snapshots/a"),
        (Method::POST, "snapshots/a/restore"),
        (Method::DELETE, "snapshots/a"),
    ] {
        let answer = dev(&server, method, path).await;
        let why = json!({
            "error": "there are snapshots of the embedded database alone, and this server's is in PostgreSQL",
        });
        assert_eq!(answer, (StatusCode::NOT_IMPLEMENTED, why), "{path}");
    }
}
