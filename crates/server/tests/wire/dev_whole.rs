//! `dev` as a whole: resets and restores that nobody sees a half of, and requests that wait.

use std::time::Duration;

use cognate_testkit::{Options, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::lifecycle::{Scratch, program};

const POOL: &str = "us-east-1_Seeded123";
const USERS: usize = 60;

async fn dev(server: &TestServer, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let path = format!("/_dev/{path}");
    let reply = server.unsigned().fetch(method, &path, &[], body).await;
    let reply = reply.unwrap();
    (reply.status, reply.json())
}

/// A server with a seed, and another pool in it.
async fn seeded(scratch: &Scratch) -> TestServer {
    let users: Vec<Value> = (0..USERS)
        .map(|at| json!({"username": format!("user{at}"), "attributes": {"email": format!("u{at}@e.example")}}))
        .collect();
    let seed = json!({"pools": [
        {"id": POOL, "settings": {"PoolName": "x"}, "groups": [{"GroupName": "g"}], "users": users},
    ]});
    let file = scratch.path("seed.json");
    std::fs::write(&file, seed.to_string()).unwrap();
    let options = Options::default().with("seed", &file);
    let server = TestServer::start(options).await.unwrap();
    let other = json!({"PoolName": "other"});
    server.raw().ok("CreateUserPool", other).await.unwrap();
    server
}

/// The names of the pools, and the number of users of the seed's, as one request after the other sees them.
async fn seen(server: &TestServer) -> (Vec<String>, usize) {
    let raw = server.raw();
    let pools = raw.ok("ListUserPools", json!({"MaxResults": 5})).await;
    let pools = pools.unwrap()["UserPools"].as_array().unwrap().clone();
    let names = pools.iter().map(|pool| pool["Name"].as_str().unwrap());
    let names = names.map(str::to_owned).collect();
    let users = raw.call("ListUsers", json!({"UserPoolId": POOL})).await;
    let users = users.unwrap().json();
    (names, users["Users"].as_array().map_or(0, Vec::len))
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_take_turns_and_go_on_when_who_asked_is_gone() {
    let scratch = Scratch::new();
    let server = seeded(&scratch).await;
    let reset = || dev(&server, Method::POST, "reset?seed=1", "");
    let (one, two, three) = tokio::join!(reset(), reset(), reset());
    for (status, answer) in [one, two, three] {
        assert_eq!((status, answer), (StatusCode::OK, json!({})));
    }
    let whole = (vec!["x".to_owned()], USERS);
    assert_eq!(seen(&server).await, whole);

    // Nobody reads the answer, and nobody sees what is between the old state and the new one.
    let mut done = 0;
    for _ in 0..5 {
        let other = json!({"PoolName": "other"});
        server.raw().ok("CreateUserPool", other).await.unwrap();
        let address = server.endpoint().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /_dev/reset?seed=1 HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(stream);
        let mut found = seen(&server).await;
        for _ in 0..20 {
            assert_eq!(found.1, USERS, "a half of it is seen");
            if found == whole {
                done += 1;
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            found = seen(&server).await;
        }
    }
    // One that was not read before the connection ended is none.
    assert!(done > 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_waiting_faults_away() {
    let server = TestServer::dev().await.unwrap();
    assert_eq!(
        dev(&server, Method::POST, "snapshots/a", "").await.0,
        StatusCode::OK
    );
    let fault = r#"{"fault":"throttle","operation":"ListUserPools"}"#;
    assert_eq!(
        dev(&server, Method::POST, "faults", fault).await.0,
        StatusCode::OK
    );
    assert_eq!(
        dev(&server, Method::POST, "snapshots/a/restore", "")
            .await
            .0,
        StatusCode::OK
    );
    let (_, left) = dev(&server, Method::GET, "faults", "").await;
    assert_eq!(left, json!({"faults": []}));
    let pools = server
        .raw()
        .ok("ListUserPools", json!({"MaxResults": 5}))
        .await;
    pools.unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_reads_the_database_waits_for_a_restore() {
    let scratch = Scratch::new();
    let options = Options {
        folder: Some(scratch.0.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    let made = server
        .raw()
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await;
    let pool = made.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let alone = server.state().app.whole.alone().await.unwrap();
    let raw = server.unsigned();
    let token = [("authorization", "Bearer a.b.c")];
    let requests = [
        (Method::GET, "/_authorize", &token[..], ""),
        (
            Method::POST,
            "/_dev/explain-token",
            &[],
            r#"{"token":"a.b.c"}"#,
        ),
        (Method::GET, "/_dev/triggers", &[], ""),
        (Method::POST, "/_dev/triggers/1/replay", &[], ""),
        (Method::PUT, "/_import/x", &[], "x"),
    ];
    let mut asked = tokio::task::JoinSet::new();
    for (method, path, headers, body) in requests {
        let raw = raw.clone();
        let headers: Vec<(&str, &str)> = headers.to_vec();
        asked.spawn(async move {
            raw.fetch(method, path, &headers, body).await.unwrap();
        });
    }
    let out = scratch.path("users.jsonl");
    let folder = scratch.0.display().to_string();
    let arguments = [
        "export",
        &pool,
        "--format",
        "jsonl",
        "--out",
        &out,
        "--data-dir",
        &folder,
    ];
    let mut command = program(&scratch.0, &arguments);
    asked.spawn(async move {
        let done = tokio::task::spawn_blocking(move || command.output().unwrap());
        let done = done.await.unwrap();
        assert!(done.status.success(), "{done:?}");
    });
    let early = tokio::time::timeout(Duration::from_millis(700), asked.join_next()).await;
    assert!(early.is_err(), "it does not wait");
    drop(alone);
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_requests_wait_and_one_more_does_not() {
    let server = TestServer::dev().await.unwrap();
    let raw = server.unsigned();
    let mut waiting = tokio::task::JoinSet::new();
    for at in 0..64 {
        let raw = raw.clone();
        let path = format!("/_dev/messages?pool=none{at}&wait=2");
        waiting.spawn(async move {
            let reply = raw.fetch(Method::GET, &path, &[], "").await;
            (reply.as_ref().unwrap().status, reply.unwrap().json())
        });
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    let (status, answer) = dev(&server, Method::GET, "messages?wait=1", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer, json!({"error": "64 requests wait already"}));
    // Who does not wait is answered.
    let (status, _) = dev(&server, Method::GET, "messages", "").await;
    assert_eq!(status, StatusCode::OK);
    while let Some(done) = waiting.join_next().await {
        assert_eq!(done.unwrap(), (StatusCode::OK, json!({"messages": []})));
    }
    // The places are free again, and a message that comes while somebody waits is found.
    let pool = json!({"PoolName": "p", "AutoVerifiedAttributes": ["email"]});
    let pool = server.raw().ok("CreateUserPool", pool).await.unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let user = |name: &str| {
        json!({"UserPoolId": pool, "Username": name, "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{"Name": "email", "Value": format!("{name}@e.example")}]})
    };
    let asked = tokio::spawn({
        let path = format!("/_dev/messages?pool={pool}&user=late&wait=20");
        async move { raw.fetch(Method::GET, &path, &[], "").await.unwrap().json() }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    for name in ["early", "late"] {
        server
            .raw()
            .ok("AdminCreateUser", user(name))
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    let found = asked.await.unwrap();
    assert_eq!(found["messages"].as_array().unwrap().len(), 1);
    assert_eq!(found["messages"][0]["user"], "late");
    server.stop().await;
}
