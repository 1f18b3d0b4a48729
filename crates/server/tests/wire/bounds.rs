//! Bounds: large bodies, slow senders, idle connections.

use std::time::{Duration, Instant};

use cognate_testkit::TestServer;
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
async fn a_body_over_three_mebibytes_is_refused_and_one_below_is_read() {
    let server = TestServer::dev().await.unwrap();
    let large = exchange(server.endpoint(), &post(&LINES, &vec![b' '; 10 << 20])).await;
    assert!(
        large.is_empty() || large.starts_with("HTTP/1.1 413 "),
        "{large:.200}"
    );
    let announced = format!(
        "POST / HTTP/1.1\r\n{}\r\ncontent-length: 3145729\r\n\r\n",
        LINES.join("\r\n")
    );
    let answer = exchange(server.endpoint(), announced.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("connection: close"),
        "{answer:.300}"
    );
    let mut body = vec![b' '; (3 << 20) - 2];
    body.extend_from_slice(b"{}");
    let answer = exchange(server.endpoint(), &post(&LINES, &body)).await;
    assert!(
        answer.contains("InvalidParameterException"),
        "{answer:.300}"
    );
    is_alive(&server).await;
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
async fn connections_beyond_the_bound_wait_for_a_place() {
    let server =
        TestServer::start(cognate_testkit::Options::default().with("max_connections", "2"))
            .await
            .unwrap();
    let (first, second) = (
        connect(server.endpoint()).await,
        connect(server.endpoint()).await,
    );
    let mut third = connect(server.endpoint()).await;
    third
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(read(&mut third).await, "");
    drop((first, second));
    assert!(read(&mut third).await.starts_with("HTTP/1.1 200 "));
}
