//! Bounds: large bodies, slow senders, idle connections.

use std::time::{Duration, Instant};

use cognate_testkit::{Options, TestServer};
use http::Method;
use tokio::io::AsyncWriteExt as _;

use crate::socket::{connect, exchange, post, read};

const LINES: [&str; 3] = [
    "host: localhost",
    "content-type: application/x-amz-json-1.1",
    "x-amz-target: AWSCognitoIdentityProviderService.GetUser",
];

async fn is_alive(server: &TestServer) {
    let reply = server
        .unsigned()
        .fetch(Method::GET, "/health/ready", &[], "")
        .await
        .unwrap();
    assert_eq!(reply.text(), "ready\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_its_bound_is_refused_and_one_below_is_read() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let large = exchange(server.endpoint(), &post(&LINES, &vec![b' '; 10 << 20])).await;
    assert!(
        large.is_empty() || large.starts_with("HTTP/1.1 413 "),
        "{large:.200}"
    );
    let announced = format!(
        "POST / HTTP/1.1\r\n{}\r\ncontent-length: 65537\r\n\r\n",
        LINES.join("\r\n")
    );
    let answer = exchange(server.endpoint(), announced.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ")
            && answer.contains("connection: close")
            && answer.ends_with("\r\n\r\nThe request body is larger than 64 KiB.\n"),
        "{answer:.300}"
    );
    let mut body = vec![b' '; (64 << 10) - 2];
    body.extend_from_slice(b"{}");
    let answer = exchange(server.endpoint(), &post(&LINES, &body)).await;
    assert!(
        answer.contains("InvalidParameterException"),
        "{answer:.300}"
    );
    is_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_known_may_send_more_where_an_operation_needs_it() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let (root, open) = (server.raw(), server.unsigned());
    let stranger = server.raw_as(cognate_testkit::Credentials::new(
        "AKIANOBODYNOBODY0000",
        "a-secret-that-nobody-has",
    ));
    let sent = async |client: &cognate_testkit::Raw, operation: &str, size: usize| {
        let mut body = vec![b' '; size - 2];
        body.extend_from_slice(b"{}");
        let reply = client.send(client.request(operation, body).unwrap()).await;
        // A server that refuses early may close while the client still sends.
        reply.map_or((413, String::new()), |r| (r.status.as_u16(), r.text()))
    };
    for (client, operation, most, shown) in [
        (&open, "ForgotPassword", 64 << 10, "64 KiB"),
        (&open, "SignUp", 640 << 10, "640 KiB"),
        (&open, "RespondToAuthChallenge", 640 << 10, "640 KiB"),
        (&open, "CreateIdentityProvider", 64 << 10, "64 KiB"),
        (&stranger, "CreateIdentityProvider", 64 << 10, "64 KiB"),
        (&root, "AdminCreateUser", 1 << 20, "1 MiB"),
        (&root, "CreateIdentityProvider", 3 << 20, "3 MiB"),
        (&root, "CreateManagedLoginBranding", 3 << 20, "3 MiB"),
    ] {
        let (status, text) = sent(client, operation, most).await;
        assert_eq!(status, 400, "{operation} {text}");
        let (status, text) = sent(client, operation, most + 1).await;
        assert_eq!(status, 413, "{operation} {text}");
        let expected = format!("The request body is larger than {shown}.\n");
        assert!(text.is_empty() || text == expected, "{operation} {text}");
    }
    is_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_sign_up_is_read() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let attributes: Vec<_> = (0..50)
        .map(|n| serde_json::json!({"Name": format!("custom:a{n}"), "Value": "語".repeat(2048)}))
        .collect();
    let input = serde_json::json!({
        "ClientId": "nosuchclient", "Username": "jane", "Password": "Passw0rd!", "UserAttributes": attributes,
        "ClientMetadata": {"note": "x".repeat(4096)},
    });
    // As clients write it that escape everything beyond ASCII.
    let body = input.to_string().replace('語', "\\u8a9e");
    let client = server.unsigned();
    let request = client.request("SignUp", body.into_bytes()).unwrap();
    let reply = client.send(request).await.unwrap();
    assert_eq!(reply.error(), "ResourceNotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_chunks_is_bounded_too() {
    let server = TestServer::dev().await.unwrap();
    let mut stream = connect(server.endpoint()).await;
    let head = format!(
        "POST / HTTP/1.1\r\n{}\r\ntransfer-encoding: chunked\r\n\r\n",
        LINES.join("\r\n")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..17 {
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let answer = read(&mut stream).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413 "),
        "{answer:.200}"
    );
    is_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_headers_and_broken_requests_are_refused() {
    let server = TestServer::dev().await.unwrap();
    let long = format!("x-long: {}", "a".repeat(128 << 10));
    for request in [
        post(&["host: localhost", &long], b"{}"),
        b"BROKEN\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n".to_vec(),
    ] {
        let answer = exchange(server.endpoint(), &request).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer:.200}"
        );
    }
    is_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_are_cut_off_while_others_are_served() {
    let server = TestServer::dev().await.unwrap();
    let start = Instant::now();
    let mut silent = connect(server.endpoint()).await;
    let mut in_header = connect(server.endpoint()).await;
    in_header
        .write_all(b"POST / HTTP/1.1\r\nhost: loc")
        .await
        .unwrap();
    let mut in_preface = connect(server.endpoint()).await;
    in_preface.write_all(b"PRI * HT").await.unwrap();
    let mut in_body = connect(server.endpoint()).await;
    let head = format!(
        "POST / HTTP/1.1\r\n{}\r\ncontent-length: 100\r\n\r\n{{",
        LINES.join("\r\n")
    );
    in_body.write_all(head.as_bytes()).await.unwrap();
    is_alive(&server).await;
    let end = async |stream: &mut tokio::net::TcpStream| {
        let mut all = Vec::new();
        let closed = tokio::io::AsyncReadExt::read_to_end(stream, &mut all);
        tokio::time::timeout(Duration::from_secs(20), closed)
            .await
            .expect("the server closes")
            .unwrap_or(0);
        String::from_utf8_lossy(&all).into_owned()
    };
    let (a, b, c, d) = tokio::join!(
        end(&mut silent),
        end(&mut in_header),
        end(&mut in_preface),
        end(&mut in_body)
    );
    assert!(a.is_empty() && c.is_empty(), "{a} {c}");
    assert!(b.is_empty() || b.starts_with("HTTP/1.1 408 "), "{b}");
    assert!(d.starts_with("HTTP/1.1 408 "), "{d}");
    assert!(start.elapsed() >= Duration::from_secs(10));
    is_alive(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_bound_the_longest_idle_connection_gives_way() {
    let server = TestServer::start(Options::default().with("max_connections", "2"))
        .await
        .unwrap();
    let mut first = connect(server.endpoint()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut second = connect(server.endpoint()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let ask = b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut third = connect(server.endpoint()).await;
    third.write_all(ask).await.unwrap();
    assert!(read(&mut third).await.starts_with("HTTP/1.1 200 "));
    // The first one was closed, the second one was not.
    let _ = first.write_all(ask).await;
    assert_eq!(read(&mut first).await, "");
    second.write_all(ask).await.unwrap();
    assert!(read(&mut second).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_http_2_connection_gives_way_and_a_busy_one_does_not() {
    let server = TestServer::start(Options::default().with("max_connections", "2"))
        .await
        .unwrap();
    let open = async || {
        let io = hyper_util::rt::TokioIo::new(connect(server.endpoint()).await);
        let executor = hyper_util::rt::TokioExecutor::new();
        let (sender, connection) = hyper::client::conn::http2::handshake(executor, io)
            .await
            .unwrap();
        (sender, tokio::spawn(connection))
    };
    let ask = |path: &str| {
        http::Request::get(format!("{}{path}", server.endpoint()))
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .unwrap()
    };
    let (mut busy, _task) = open().await;
    let polled = busy.send_request(ask("/_dev/messages?wait=2"));
    let polled = tokio::spawn(polled);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (mut idle, ended) = open().await;
    assert_eq!(
        idle.send_request(ask("/health/live"))
            .await
            .unwrap()
            .status(),
        200
    );
    for _ in 0..5 {
        is_alive(&server).await;
        drop(connect(server.endpoint()).await);
    }
    tokio::time::timeout(Duration::from_secs(1), ended)
        .await
        .unwrap()
        .unwrap()
        .ok();
    assert_eq!(polled.await.unwrap().unwrap().status(), 200);
}
