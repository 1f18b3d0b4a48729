//! Tests of who may call: signatures, access keys and policies, on a whole `serve`.

use std::time::Duration;

use cognate_testkit::{Credentials, Options, Raw, Reply, TestServer};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

const LIST: &[u8] = br#"{"MaxResults":5}"#;

async fn serve() -> TestServer {
    TestServer::start(Options::serve()).await.unwrap()
}

/// Makes a key as the command line does.
async fn make_key(server: &TestServer, policy: Option<Value>) -> Credentials {
    let app = &server.state().app;
    let policy = policy.map(|p| p.to_string());
    let request = cognate_server::admin::Request::CreateKey {
        name: "tester".into(),
        policy,
    };
    let made = cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request)
        .await
        .unwrap();
    Credentials::new(
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    )
}

async fn change(server: &TestServer, id: &str, change: &str) -> Result<Value, String> {
    let app = &server.state().app;
    let request =
        serde_json::from_value(json!({"command": "change-key", "id": id, "change": change}))
            .unwrap();
    cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request).await
}

async fn list_as(server: &TestServer, credentials: &Credentials) -> Reply {
    server
        .raw_as(credentials.clone())
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap()
}

fn is_unrecognized(reply: &Reply) {
    let expected = json!({"__type": "UnrecognizedClientException", "message": "The security token included in the request is invalid."});
    assert_eq!(
        (reply.status, reply.json()),
        (StatusCode::BAD_REQUEST, expected)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_key_may_and_nobody_else() {
    let server = serve().await;
    assert_eq!(
        server
            .raw()
            .ok("ListUserPools", json!({"MaxResults": 5}))
            .await
            .unwrap(),
        json!({"UserPools": []})
    );
    let unsigned = server
        .unsigned()
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    let expected = json!({"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"});
    assert_eq!(
        (unsigned.status, unsigned.json()),
        (StatusCode::BAD_REQUEST, expected)
    );
    is_unrecognized(&list_as(&server, &Credentials::new("test", "test")).await);
    is_unrecognized(&list_as(&server, &Credentials::new("AKIAUNKNOWN", "x")).await);
    let wrong = list_as(&server, &Credentials::new(&server.root().id, "wrong")).await;
    assert_eq!(wrong.error(), "InvalidSignatureException");
    assert!(
        wrong
            .message()
            .starts_with("The request signature we calculated does not match")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_on_the_way_is_refused() {
    let server = serve().await;
    let raw = server.raw();
    let signed = || raw.request("ListUserPools", LIST.to_vec()).unwrap();
    let mut body = signed();
    *body.body_mut() = http_body_util::Full::from(&br#"{"MaxResults":6}"#[..]);
    let mut target = signed();
    target.headers_mut().insert(
        "x-amz-target",
        HeaderValue::from_static("AWSCognitoIdentityProviderService.ListUsers"),
    );
    let mut host = signed();
    host.headers_mut()
        .insert("host", HeaderValue::from_static("other"));
    for request in [body, target, host] {
        let reply = raw.send(request).await.unwrap();
        assert_eq!(
            (reply.status, reply.error()),
            (StatusCode::BAD_REQUEST, "InvalidSignatureException".into())
        );
    }
    let mut token = signed();
    token
        .headers_mut()
        .insert("x-amz-security-token", HeaderValue::from_static("x"));
    assert_eq!(
        raw.send(token).await.unwrap().error(),
        "InvalidSignatureException"
    );
    // Signed along, a session token still belongs to no key of this server.
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-security-token", "x"),
        (
            "x-amz-target",
            "AWSCognitoIdentityProviderService.ListUserPools",
        ),
    ];
    let reply = raw
        .send(raw.request_with(&headers, LIST.to_vec()).unwrap())
        .await
        .unwrap();
    is_unrecognized(&reply);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_is_checked_before_types_and_constraints() {
    let server = serve().await;
    let reply = server
        .unsigned()
        .call("ListUserPools", json!({"MaxResults": "x"}))
        .await
        .unwrap();
    assert_eq!(reply.error(), "MissingAuthenticationTokenException");
    let reply = server
        .unsigned()
        .call("ListUserPools", json!([]))
        .await
        .unwrap();
    assert_eq!(reply.error(), "MissingAuthenticationTokenException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_obeyed() {
    let server = serve().await;
    let pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc";
    let key = make_key(&server, Some(json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["cognito-idp:Describe*", "cognito-idp:DeleteUserPool"], "Resource": pool},
        {"Effect": "Deny", "Action": "cognito-idp:Delete*", "Resource": "*"},
    ]}))).await;
    let raw = server.raw_as(key);
    let input = json!({"UserPoolId": "us-east-1_abc"});
    let allowed = raw.call("DescribeUserPool", input.clone()).await.unwrap();
    assert_ne!(
        allowed.error(),
        "AccessDeniedException",
        "{}",
        allowed.text()
    );

    let user = "User: arn:aws:iam::000000000000:user/tester is not authorized to perform: ";
    let denied = |action: &str, resource: &str, reason: &str| {
        let text = format!("{user}cognito-idp:{action} on resource: {resource} {reason}");
        json!({"__type": "AccessDeniedException", "Message": text})
    };
    let because = |action: &str| {
        format!("because no identity-based policy allows the cognito-idp:{action} action")
    };
    let listed = raw
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    let expected = denied("ListUserPools", "*", &because("ListUserPools"));
    assert_eq!(
        (listed.status, listed.json()),
        (StatusCode::BAD_REQUEST, expected)
    );
    assert_eq!(listed.header("x-amzn-errortype"), "AccessDeniedException:");

    let other = raw
        .call("DescribeUserPool", json!({"UserPoolId": "us-east-1_other"}))
        .await
        .unwrap();
    let arn = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_other";
    assert_eq!(
        other.json(),
        denied("DescribeUserPool", arn, &because("DescribeUserPool"))
    );

    let deleted = raw.call("DeleteUserPool", input).await.unwrap();
    let reason = "with an explicit deny in an identity-based policy";
    assert_eq!(deleted.json(), denied("DeleteUserPool", pool, reason));
    // The policy is asked before the input is validated.
    let empty = raw.call("AdminGetUser", json!({})).await.unwrap();
    assert_eq!(
        empty.json(),
        denied("AdminGetUser", "*", &because("AdminGetUser"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_policy_is_root_and_a_disabled_one_is_refused_within_a_second() {
    let server = serve().await;
    let key = make_key(&server, None).await;
    assert_eq!(list_as(&server, &key).await.status, StatusCode::OK);
    change(&server, &key.id, "disable").await.unwrap();
    tokio::time::sleep(Duration::from_millis(1050)).await;
    is_unrecognized(&list_as(&server, &key).await);
    change(&server, &key.id, "enable").await.unwrap();
    assert_eq!(list_as(&server, &key).await.status, StatusCode::OK);
    change(&server, &key.id, "delete").await.unwrap();
    tokio::time::sleep(Duration::from_millis(1050)).await;
    is_unrecognized(&list_as(&server, &key).await);
    let gone = change(&server, &key.id, "enable").await.unwrap_err();
    assert_eq!(gone, format!("there is no access key {}", key.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_with_odd_names_or_policies_are_not_made() {
    let server = serve().await;
    let app = &server.state().app;
    for (name, policy) in [
        ("", None),
        ("a/b", None),
        ("a:root", None),
        ("ok", Some("{}")),
        ("ok", Some("x")),
    ] {
        let request = cognate_server::admin::Request::CreateKey {
            name: name.into(),
            policy: policy.map(str::to_owned),
        };
        assert!(
            cognate_server::admin::perform(&app.store, &app.root, 0, request)
                .await
                .is_err(),
            "{name} {policy:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scope_decides_the_region() {
    let server = serve().await;
    let raw: Raw = server.raw().in_region("nowhere");
    let reply = raw
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    assert_eq!(
        reply.message(),
        "Credential should be scoped to a valid region, not 'nowhere'. "
    );
    let frankfurt = server.raw().in_region("eu-central-1");
    assert_eq!(
        frankfurt
            .call("ListUserPools", json!({"MaxResults": 5}))
            .await
            .unwrap()
            .status,
        StatusCode::OK
    );
}
