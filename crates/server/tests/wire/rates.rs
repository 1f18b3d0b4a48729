//! Limits on requests a second, on a whole server.

use std::time::Duration;

use cognate_testkit::{Options, Raw, Reply, TestServer};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

async fn serve(settings: &[(&'static str, &str)]) -> TestServer {
    let all = settings
        .iter()
        .fold(Options::serve(), |all, (name, value)| all.with(name, value));
    TestServer::start(all).await.unwrap()
}

/// Returns the number of these calls that the rate refused; checks that every such refusal has the same form.
async fn too_many(client: &Raw, operation: &str, inputs: impl Iterator<Item = Value>) -> usize {
    let mut refused = 0;
    for input in inputs {
        refused += usize::from(is_refused(&client.call(operation, input).await.unwrap()));
    }
    refused
}

fn is_refused(reply: &Reply) -> bool {
    if reply.error() != "TooManyRequestsException" {
        return false;
    }
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let body = json!({"__type": "TooManyRequestsException", "message": "Too many requests"});
    assert_eq!(reply.json(), body);
    true
}

/// GetUser with a token that is none, from the address that a trusted proxy names.
async fn from(server: &TestServer, address: &str) -> bool {
    let client = server.unsigned();
    let body = br#"{"AccessToken":"made-up"}"#.to_vec();
    let mut request = client.request("GetUser", body).unwrap();
    let value = HeaderValue::from_str(address).unwrap();
    request.headers_mut().insert("x-forwarded-for", value);
    is_refused(&client.send(request).await.unwrap())
}

fn sign_ups(names: std::ops::Range<u32>) -> impl Iterator<Item = Value> {
    names.map(|n| json!({"ClientId": "nosuchclient", "Username": format!("u{n}"), "Password": "Passw0rd!"}))
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_limits_public_requests_of_each_address() {
    let server = serve(&[("trusted_proxies", "127.0.0.1"), ("client_rate", "5")]).await;
    let mut refused = 0;
    for n in 0..40 {
        let is = from(&server, "192.0.2.1").await;
        assert!(!(is && n < 10), "request {n} belongs to the burst");
        refused += usize::from(is);
    }
    assert!(refused > 0);
    assert!(!from(&server, "192.0.2.2").await);
    for n in 0..30 {
        from(&server, &format!("2001:db8::{n:x}")).await;
    }
    assert!(
        from(&server, "2001:db8::ffff").await,
        "one network, one client"
    );
    assert!(!from(&server, "2001:db8:0:1::1").await);
    // Callers whom a policy allows are not counted, nor is this machine itself.
    let lists = (0..30).map(|_| json!({"MaxResults": 1}));
    assert_eq!(too_many(&server.raw(), "ListUserPools", lists).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_limited_where_limits_are_off() {
    let off = [
        ("trusted_proxies", "127.0.0.1"),
        ("client_rate", "1"),
        ("limits", "off"),
    ];
    let server = serve(&off).await;
    for _ in 0..20 {
        assert!(!from(&server, "192.0.2.1").await);
    }
    let dev = TestServer::dev().await.unwrap();
    assert_eq!(
        too_many(&dev.unsigned(), "SignUp", sign_ups(0..80)).await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_limits_categories_as_they_are_provisioned() {
    let server = serve(&[("limits", "aws")]).await;
    let (client, root) = (server.unsigned(), server.raw());
    assert!(too_many(&client, "SignUp", sign_ups(0..200)).await > 0);
    // Other categories have tokens of their own.
    let forgot = json!({"ClientId": "nosuchclient", "Username": "u"});
    let reply = client.call("ForgotPassword", forgot).await.unwrap();
    assert_eq!(reply.error(), "ResourceNotFoundException");
    let raised = json!({
        "LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserCreation"}},
        "RequestedLimitValue": 50_000,
    });
    root.ok("UpdateProvisionedLimit", raised.clone())
        .await
        .unwrap();
    assert!(is_refused(
        &root.call("UpdateProvisionedLimit", raised).await.unwrap()
    ));
    // A rate that was read is not read again for a second.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(too_many(&client, "SignUp", sign_ups(200..400)).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_limits_what_is_done_about_one_user() {
    let server = serve(&[("limits", "aws")]).await;
    let client = server.unsigned();
    let of = |token: &str| {
        let input = json!({"AccessToken": token});
        (0..60).map(move |_| input.clone())
    };
    assert!(too_many(&client, "GetUser", of("one")).await > 0);
    assert_eq!(too_many(&client, "GetUser", of("two").take(5)).await, 0);
    // Looking and changing are counted apart.
    assert_eq!(
        too_many(&client, "GlobalSignOut", of("one").take(5)).await,
        0
    );
    let reset = |name: &str| {
        let input = json!({"ClientId": "nosuchclient", "Username": name});
        (0..25).map(move |_| input.clone())
    };
    assert!(too_many(&client, "ForgotPassword", reset("jane")).await > 0);
}
