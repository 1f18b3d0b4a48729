//! AWS JSON 1.1: targets, bodies, envelopes, headers, CORS (auth.md 1.1-1.7, settled.md B).

use cognate_testkit::{Raw, Reply, TestServer};
use http::{Method, StatusCode};
use serde_json::json;

use crate::socket::{exchange, post};

const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");
const GET_USER: (&str, &str) = ("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");

async fn post_with(server: &TestServer, headers: &[(&str, &str)], body: &str) -> Reply {
    server
        .unsigned()
        .fetch(Method::POST, "/", headers, body)
        .await
        .unwrap()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

/// Status, error header and body of a refusal, whose shared headers are checked.
async fn refusal(
    server: &TestServer,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String, String) {
    let reply = post_with(server, headers, body).await;
    assert!(
        is_uuid(reply.header("x-amzn-requestid")),
        "{:?}",
        reply.headers
    );
    assert!(!reply.header("date").is_empty());
    (
        reply.status.as_u16(),
        reply.header("x-amzn-errortype").to_owned(),
        reply.text(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_json_object_have_an_error_without_text() {
    let server = TestServer::dev().await.unwrap();
    let expected = (
        400,
        "SerializationException:".to_owned(),
        r#"{"__type":"SerializationException"}"#.to_owned(),
    );
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    for body in [
        "",
        "{",
        "null",
        "\"x\"",
        "7",
        "{\"a\":1,}",
        "{} {}",
        r#"{"AccessToken":"a","AccessToken":"b"}"#,
        &deep,
    ] {
        assert_eq!(
            refusal(&server, &[JSON, GET_USER], body).await,
            expected,
            "{body:.40}"
        );
    }
    let reply = post_with(&server, &[JSON, GET_USER], "{").await;
    assert_eq!(reply.header("x-amzn-errormessage"), "");
    assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
    let lines = [
        "host: localhost",
        "content-type: application/x-amz-json-1.1",
        "connection: close",
        "x-amz-target: AWSCognitoIdentityProviderService.GetUser",
    ];
    let raw = exchange(
        server.endpoint(),
        &post(&lines, b"{\"AccessToken\":\"\xff\xfe\"}"),
    )
    .await;
    assert!(
        raw.ends_with(r#"{"__type":"SerializationException"}"#),
        "{raw}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn type_errors_use_the_capital_key() {
    let server = TestServer::dev().await.unwrap();
    let list = refusal(&server, &[JSON, GET_USER], "[]").await;
    let text =
        r#"{"__type":"SerializationException","Message":"Start of list found where not expected"}"#;
    assert_eq!(list, (400, "SerializationException:".into(), text.into()));
    let number = refusal(&server, &[JSON, GET_USER], r#"{"AccessToken":5}"#).await;
    let text = r#"{"__type":"SerializationException","Message":"NUMBER_VALUE can not be converted to a String"}"#;
    assert_eq!(number, (400, "SerializationException:".into(), text.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn violated_constraints_are_told_in_body_and_header() {
    let server = TestServer::dev().await.unwrap();
    let reply = post_with(&server, &[JSON, GET_USER], "{}").await;
    let text = "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must not be null";
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.error(), "InvalidParameterException");
    assert_eq!(reply.message(), text);
    assert_eq!(
        reply.header("x-amzn-errortype"),
        "InvalidParameterException:"
    );
    assert_eq!(reply.header("x-amzn-errormessage"), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_from_the_client_cannot_break_the_error_header() {
    let server = TestServer::dev().await.unwrap();
    let name = "é\r\nset-cookie: a=b";
    let reply = server
        .raw()
        .call("CreateUserPool", json!({"PoolName": name}))
        .await
        .unwrap();
    assert_eq!(reply.error(), "InvalidParameterException");
    assert!(
        reply.message().contains("é\r\nset-cookie"),
        "{}",
        reply.message()
    );
    assert!(
        reply
            .header("x-amzn-errormessage")
            .contains("???set-cookie: a=b"),
        "{:?}",
        reply.headers
    );
    assert!(!reply.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_operations_have_an_error_without_text() {
    let server = TestServer::dev().await.unwrap();
    let expected = (
        400,
        "UnknownOperationException:".to_owned(),
        r#"{"__type":"UnknownOperationException"}"#.to_owned(),
    );
    for target in [
        "AWSCognitoIdentityProviderService.Nothing",
        "AWSCognitoIdentityProviderService.getUser",
        "GetUser",
        "",
        "awscognitoidentityproviderservice.GetUser",
    ] {
        assert_eq!(
            refusal(&server, &[JSON, ("x-amz-target", target)], "{}").await,
            expected,
            "{target}"
        );
    }
    assert_eq!(refusal(&server, &[JSON], "{}").await, expected);
    assert_eq!(refusal(&server, &[JSON], "").await, expected);
    assert_eq!(
        refusal(&server, &[JSON, GET_USER, GET_USER], "{}").await,
        expected
    );
    // What is no JSON is told first.
    assert_eq!(
        refusal(&server, &[JSON], "{").await.2,
        r#"{"__type":"SerializationException"}"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_content_types_are_not_found() {
    let server = TestServer::dev().await.unwrap();
    for headers in [
        vec![GET_USER],
        vec![GET_USER, ("content-type", "application/x-amz-json-1.0")],
        vec![GET_USER, ("content-type", "text/plain")],
    ] {
        let reply = post_with(&server, &headers, "{}").await;
        assert_eq!(
            (reply.status.as_u16(), reply.text().trim()),
            (404, "<UnknownOperationException/>")
        );
    }
    let parameters = [
        ("content-type", "application/x-amz-json-1.1; charset=utf-8"),
        GET_USER,
    ];
    assert_eq!(
        post_with(&server, &parameters, "{}").await.error(),
        "InvalidParameterException"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_json_is_wrapped() {
    let server = TestServer::dev().await.unwrap();
    let plain = ("content-type", "application/json");
    let unknown = post_with(&server, &[plain, ("x-amz-target", "x")], "{}").await;
    let expected = json!({"Output": {"__type": "com.amazon.coral.service#UnknownOperationException"}, "Version": "1.0"});
    assert_eq!((unknown.status.as_u16(), unknown.json()), (404, expected));
    let broken = post_with(&server, &[plain, GET_USER], "{").await;
    let expected = json!({"Output": {"__type": "com.amazon.coral.service#SerializationException"}, "Version": "1.0"});
    assert_eq!((broken.status.as_u16(), broken.json()), (400, expected));
    let headers = [
        plain,
        (
            "x-amz-target",
            "AWSCognitoIdentityProviderService.ListUserPools",
        ),
    ];
    let signed = server.raw();
    let request = signed
        .request_with(&headers, br#"{"MaxResults":5}"#.to_vec())
        .unwrap();
    let listed = signed.send(request).await.unwrap();
    assert_eq!(
        listed.json(),
        json!({"Output": {"UserPools": []}, "Version": "1.0"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_at_the_root_are_denied() {
    let server = TestServer::dev().await.unwrap();
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let reply = server.unsigned().fetch(method, "/", &[], "").await.unwrap();
        assert_eq!(reply.status.as_u16(), 403);
        assert!(
            reply
                .text()
                .contains("Unable to determine service/operation name to be authorized")
        );
    }
    let elsewhere = server
        .unsigned()
        .fetch(Method::POST, "/other", &[JSON, GET_USER], "{}")
        .await
        .unwrap();
    assert_eq!(elsewhere.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_may_read_answers_and_preflights_allow_what_is_asked() {
    let server = TestServer::dev().await.unwrap();
    let origin = ("origin", "https://app.example");
    let reply = post_with(&server, &[JSON, GET_USER, origin], "{}").await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let expose = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";
    assert_eq!(reply.header("access-control-expose-headers"), expose);
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert_eq!(
        post_with(&server, &[JSON, GET_USER], "{}")
            .await
            .header("access-control-allow-origin"),
        ""
    );

    let asked = [
        origin,
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "x-amz-target,content-type",
        ),
    ];
    let preflight = server
        .unsigned()
        .fetch(Method::OPTIONS, "/", &asked, "")
        .await
        .unwrap();
    assert_eq!((preflight.status.as_u16(), preflight.body.len()), (200, 0));
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-methods"), "POST");
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        "x-amz-target,content-type"
    );
    assert_eq!(preflight.header("access-control-max-age"), "172800");
    assert_eq!(preflight.header("access-control-expose-headers"), "");
    let bare = server
        .unsigned()
        .fetch(Method::OPTIONS, "/", &[origin], "")
        .await
        .unwrap();
    assert!(!bare.headers.contains_key("access-control-allow-methods"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_authorization_on_a_public_operation_is_ignored() {
    let server = TestServer::dev().await.unwrap();
    for value in ["Bearer abc", "AWS4-HMAC-SHA256 nonsense", "x"] {
        let reply = post_with(&server, &[JSON, GET_USER, ("authorization", value)], "{}").await;
        assert_eq!(reply.error(), "InvalidParameterException", "{value}");
    }
    let signed = Raw::call(&server.raw(), "GetUser", json!({}))
        .await
        .unwrap();
    assert_eq!(signed.error(), "InvalidParameterException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_host() {
    let server = TestServer::dev().await.unwrap();
    let lines = |hosts: &[&'static str]| {
        let mut lines = vec![
            "content-type: application/x-amz-json-1.1",
            "connection: close",
        ];
        lines.extend_from_slice(hosts);
        post(&lines, b"{}")
    };
    for hosts in [
        &[][..],
        &["host: a", "host: b"],
        &["host: a", "host: a"],
        &["host: user@a"],
    ] {
        let answer = exchange(server.endpoint(), &lines(hosts)).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{hosts:?} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_spoken_without_tls_too() {
    let server = TestServer::dev().await.unwrap();
    let stream = crate::socket::connect(server.endpoint()).await;
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(hyper_util::rt::TokioExecutor::new(), io)
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = server
        .raw()
        .request("ListUserPools", br#"{"MaxResults":5}"#.to_vec())
        .unwrap();
    let (mut parts, body) = request.into_parts();
    // On HTTP/2 the host is no header field but part of the address.
    parts.headers.remove("host");
    let reply = sender
        .send_request(http::Request::from_parts(parts, body))
        .await
        .unwrap();
    assert_eq!(
        (reply.status().as_u16(), reply.version()),
        (200, http::Version::HTTP_2)
    );
}
