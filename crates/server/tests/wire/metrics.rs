//! The metrics: their own listener, what is counted, and where they are not shown.

use cognate_testkit::{Options, Raw, TestServer};
use http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn the_metrics_have_a_listener_of_their_own() {
    let options = Options::serve().with("metrics_listen", "127.0.0.1:0");
    let server = TestServer::start(options).await.unwrap();
    let address = server.metrics_address().unwrap();
    let created = server
        .raw()
        .call("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    assert_eq!(created.status, StatusCode::OK);
    let unknown = json!({"UserPoolId": "us-east-1_000000000"});
    server
        .raw()
        .call("DescribeUserPool", unknown.clone())
        .await
        .unwrap();
    // A caller who is refused before the operation is reached counts too.
    server
        .unsigned()
        .call("DescribeUserPool", unknown.clone())
        .await
        .unwrap();

    let metrics = Raw::new(&format!("http://{address}"), None);
    let answer = metrics
        .fetch(Method::GET, "/metrics", &[], "")
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = answer.text();
    for line in [
        "cognate_requests_total{operation=\"CreateUserPool\",result=\"ok\"} 1",
        "cognate_requests_total{operation=\"DescribeUserPool\",result=\"refused\"} 2",
        "cognate_sign_ins_total{result=\"passed\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let applied = text
        .lines()
        .find_map(|line| line.strip_prefix("cognate_database_commits_total{result=\"applied\"} "));
    assert!(applied.unwrap().parse::<u64>().unwrap() >= 1, "{text}");

    for (method, path, status) in [
        (Method::POST, "/metrics", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/", StatusCode::NOT_FOUND),
        (Method::GET, "/health/live", StatusCode::NOT_FOUND),
    ] {
        let refused = metrics.fetch(method, path, &[], "").await.unwrap();
        assert_eq!(refused.status, status, "{path}");
    }
    // The listener for clients has none of it.
    for path in ["/metrics", "/_dev/metrics"] {
        let client = server.unsigned();
        let public = client.fetch(Method::GET, path, &[], "").await.unwrap();
        assert_eq!(public.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!public.text().contains("cognate_"), "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn dev_shows_its_metrics_below_dev_alone() {
    let server = TestServer::dev().await.unwrap();
    assert_eq!(server.metrics_address(), None);
    let client = server.unsigned();
    let get = |path| client.fetch(Method::GET, path, &[], "");
    let answer = get("/_dev/metrics").await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer
            .text()
            .contains("# TYPE cognate_requests_total counter\n")
    );
    assert_eq!(get("/metrics").await.unwrap().status, StatusCode::NOT_FOUND);
    let foreign = [("origin", "https://elsewhere.example")];
    let refused = client.fetch(Method::GET, "/_dev/metrics", &foreign, "");
    assert_eq!(refused.await.unwrap().status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_address_of_metrics_is_not_that_of_clients() {
    for (value, why) in [
        ("127.0.0.1:9229", "must have a port of its own"),
        ("metrics", "must have the form of 127.0.0.1:9230"),
    ] {
        let options = Options::default()
            .with("listen", "127.0.0.1:9229")
            .with("metrics_listen", value);
        let Err(error) = TestServer::start(options).await else {
            panic!("{value} was taken");
        };
        assert!(format!("{error:#}").contains(why), "{error:#}");
    }
}
