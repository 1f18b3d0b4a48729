//! The client against servers on this machine.

mod examine;
mod reach;
mod servers;

use super::*;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use servers::{Counted, OK, endless, pem, server, tls_server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LARGEST: usize = 1 << 20;
/// The bounds of a document.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(5),
    bytes: LARGEST,
    content_type: None,
};

#[tokio::test]
async fn a_host_has_an_address_or_not() {
    let client = Outbound::new(true);
    assert!(client.has_address("localhost").await);
    for host in ["", "a..b", "invalid", "example.invalid"] {
        assert!(!client.has_address(host).await, "{host}");
    }
}

#[tokio::test]
async fn an_answer_is_its_body_and_anything_but_200_is_none() {
    let client = Outbound::new(true);
    let url = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec()).await;
    assert_eq!(client.get(&url, LIMITS).await.unwrap(), b"hi"[..]);
    let url =
        server(b"HTTP/1.1 302 Found\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n".to_vec())
            .await;
    assert!(matches!(
        client.get(&url, LIMITS).await,
        Err(OutboundError::Status(302))
    ));
    let url = server(b"nonsense".to_vec()).await;
    assert!(matches!(
        client.get(&url, LIMITS).await,
        Err(OutboundError::Broken(_))
    ));
}

#[tokio::test]
async fn an_answer_beyond_a_mebibyte_is_refused() {
    let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    answer.resize(answer.len() + LARGEST, b'x');
    let url = server(answer.clone()).await;
    assert_eq!(
        Outbound::new(true).get(&url, LIMITS).await.unwrap().len(),
        LARGEST
    );
    answer.push(b'x');
    let url = server(answer).await;
    assert!(matches!(
        Outbound::new(true).get(&url, LIMITS).await,
        Err(OutboundError::TooLarge)
    ));
}

#[tokio::test]
async fn a_host_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let silent = tokio::spawn(async move {
        let held = listener.accept().await;
        std::future::pending::<()>().await;
        drop(held);
    });
    // The real clock: a paused one needs a feature of tokio that would compile it a second time for tests.
    let limits = Limits {
        total: Duration::from_millis(100),
        ..LIMITS
    };
    let started = std::time::Instant::now();
    assert!(matches!(
        Outbound::new(true).get(&url, limits).await,
        Err(OutboundError::Slow)
    ));
    assert!(started.elapsed() >= limits.total);
    silent.abort();
}

fn post(url: &str, body: &'static str) -> Request<Bytes> {
    Request::post(url).body(Bytes::from(body)).unwrap()
}

/// Returns a client whose name service returns the next of these answers to each question, and the number of questions.
fn resolving(
    reach: Reach,
    answers: Vec<Vec<SocketAddr>>,
    tls: Option<Arc<rustls::ClientConfig>>,
) -> (Outbound, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let resolve = Box::new(move |_, _| {
        let at = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let answer = answers[at].clone();
        Box::pin(async move { Ok(answer) }) as _
    });
    let connector = Connector::new(reach, resolve, tls);
    (Outbound::over(reach, connector), asked)
}

#[tokio::test]
async fn any_method_headers_and_body_are_sent_and_any_status_comes_back() {
    let server = Counted::default();
    let answer = b"HTTP/1.1 422 No\r\nX-Reason: words\r\nContent-Length: 2\r\n\r\nno";
    let url = format!("http://{}/f?x=1", server.start(answer).await);
    let request = Request::put(&url)
        .header("X-Own", "value")
        // Those of the connection are not the caller's.
        .header("Host", "other.example")
        .header("Content-Length", "99")
        .header("Transfer-Encoding", "chunked")
        .header("Connection", "upgrade")
        .header("Upgrade", "websocket")
        .body(Bytes::from("text"))
        .unwrap();
    let answer = Outbound::new(true).send(request, LIMITS).await.unwrap();
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.headers()["x-reason"], "words");
    assert_eq!(answer.body(), "no");
    let sent = server.requests().remove(0).to_ascii_lowercase();
    let address = url.split('/').nth(2).unwrap();
    assert!(sent.starts_with("put /f?x=1 http/1.1\r\n") && sent.ends_with("\r\n\r\ntext"));
    for line in [
        "x-own: value".to_owned(),
        "content-length: 4".to_owned(),
        "user-agent: cognate".to_owned(),
        format!("host: {address}"),
    ] {
        assert!(sent.contains(&format!("\r\n{line}\r\n")), "{line}: {sent}");
    }
    let elsewhere = sent.replace(address, "");
    for absent in ["other.example", "chunked", "upgrade", "99"] {
        assert!(!elsewhere.contains(absent), "{absent}: {sent}");
    }
    let client = Outbound::new(true);
    client.send(post(&url, ""), LIMITS).await.unwrap();
    let sent = server.requests().remove(1);
    assert!(sent.contains("\r\ncontent-length: 0\r\n"), "{sent}");
}

#[tokio::test]
async fn a_tunnel_is_not_opened() {
    let request = Request::connect("https://idp.example.com/").body(Bytes::new());
    let refused = Outbound::new(true).send(request.unwrap(), LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Url)));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (to, from) = (Counted::default(), Counted::default());
    let there = to.start(OK).await;
    let answer =
        format!("HTTP/1.1 307 Go\r\nLocation: http://{there}/\r\nContent-Length: 0\r\n\r\n");
    let url = format!("http://{}/", from.start(answer.leak().as_bytes()).await);
    let answer = Outbound::new(true)
        .send(post(&url, "x"), LIMITS)
        .await
        .unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!((from.connections(), to.connections()), (1, 0));
}

#[tokio::test]
async fn a_connection_serves_one_call_after_another() {
    let server = Counted::default();
    let url = format!("http://{}/", server.start(OK).await);
    let client = Outbound::new(true);
    for _ in 0..5 {
        assert_eq!(
            client.send(post(&url, "x"), LIMITS).await.unwrap().body(),
            "hi"
        );
        assert_eq!(client.get(&url, LIMITS).await.unwrap(), "hi");
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 10));
}

#[tokio::test]
async fn a_connection_serves_no_other_host_even_at_the_same_address() {
    let server = Counted::default();
    let address = server.start(OK).await;
    let (client, asked) = resolving(Reach::Private, vec![vec![address]], None);
    for host in ["localhost", "127.0.0.1", "127.0.0.2", "LOCALHOST"] {
        let url = format!("http://{host}:{}/", address.port());
        client.get(&url, LIMITS).await.unwrap();
    }
    // Another port is another target too, wherever the name service points.
    client.get("http://localhost:1/", LIMITS).await.unwrap();
    assert_eq!(server.connections(), 4);
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_connected_to() {
    let (first, second) = (Counted::default(), Counted::default());
    let (one, two) = (first.start(OK).await, second.start(OK).await);
    let elsewhere: SocketAddr = ([10, 0, 0, 1], 9).into();
    // Of several addresses only those that may be called are tried.
    let (client, asked) = resolving(Reach::Private, vec![vec![elsewhere, one], vec![two]], None);
    client.get("http://localhost/", LIMITS).await.unwrap();
    assert_eq!((first.connections(), second.connections()), (1, 0));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_of_the_name_service_that_changes_is_checked_at_each_connection() {
    let server = Counted::default();
    let closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let good = server.start(closing).await;
    let bad: SocketAddr = ([10, 0, 0, 1], 9).into();
    let (client, asked) = resolving(Reach::Private, vec![vec![good], vec![bad]], None);
    client.get("http://localhost/", LIMITS).await.unwrap();
    let refused = client.get("http://localhost/", LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Address)));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    // The same for names outside: none of the private addresses is connected to.
    let answers = vec![vec![good, bad], vec![([169, 254, 169, 254], 80).into()]];
    let (client, _) = resolving(Reach::Public, answers, None);
    for _ in 0..2 {
        let refused = client.get("https://idp.example.com/", LIMITS).await;
        assert!(matches!(refused, Err(OutboundError::Address)));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_get_on_a_connection_that_the_server_closed_is_sent_again_and_a_post_at_most_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    // Answers the first request of a connection, and closes it on reading the second.
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            for answer in [OK, b""] {
                let mut buffer = [0; 4096];
                if stream.read(&mut buffer).await.unwrap_or(0) > 0 {
                    count.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(answer).await;
                }
            }
        }
    });
    let client = Outbound::new(true);
    client.get(&url, LIMITS).await.unwrap();
    client.get(&url, LIMITS).await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 3);
    let failed = client.send(post(&url, "x"), LIMITS).await;
    assert!(matches!(failed, Err(OutboundError::Broken(_))));
    assert_eq!(requests.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_body_without_end_and_a_flood_of_headers_are_cut_off() {
    let url = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"xxxxxxxxxxxxxxxx").await;
    let client = Outbound::new(true);
    let cut = client.send(post(&url, ""), LIMITS).await;
    assert!(matches!(cut, Err(OutboundError::TooLarge)));
    let head = b"HTTP/1.1 200 OK\r\n";
    for header in [&b"A: b\r\n"[..], b"A: bbbbbbbb"] {
        let cut = client.get(&endless(head, header).await, LIMITS).await;
        assert!(matches!(cut, Err(OutboundError::Broken(_))));
    }
    let url = endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n").await;
    let limits = Limits {
        total: Duration::from_millis(200),
        ..LIMITS
    };
    let cut = client.get(&url, limits).await;
    assert!(matches!(cut, Err(OutboundError::Slow)));
}

#[tokio::test]
async fn time_to_connect_has_a_bound_of_its_own() {
    // Accepts, and never speaks TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let client = tls_client(vec![listener.local_addr().unwrap()]);
    let limits = Limits {
        connect: Duration::from_millis(50),
        ..LIMITS
    };
    let started = std::time::Instant::now();
    let slow = client.get(&url, limits).await;
    assert!(matches!(slow, Err(OutboundError::Slow)));
    assert!(started.elapsed() < LIMITS.total);
    // A server that is slow after the connection has the whole time.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        stream.write_all(OK).await.unwrap();
    });
    let limits = Limits {
        connect: Duration::from_millis(100),
        ..LIMITS
    };
    assert_eq!(Outbound::new(true).get(&url, limits).await.unwrap(), "hi");
}

#[tokio::test]
async fn a_content_type_is_asked_of_good_answers() {
    let limits = Limits {
        content_type: Some("application/json"),
        ..LIMITS
    };
    for (head, good) in [
        ("200 OK\r\nContent-Type: application/json", true),
        (
            "200 OK\r\nContent-Type: Application/JSON; charset=utf-8",
            true,
        ),
        ("502 Bad\r\nContent-Type: text/html", true),
        ("200 OK\r\nContent-Type: application/jsonp", false),
        ("200 OK\r\nX: application/json", false),
    ] {
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 2\r\n\r\n{{}}");
        let url = format!(
            "http://{}/",
            Counted::default().start(answer.leak().as_bytes()).await
        );
        let result = Outbound::new(true).send(post(&url, ""), limits).await;
        match result {
            Ok(_) => assert!(good, "{head}"),
            Err(error) => assert!(
                !good && matches!(error, OutboundError::ContentType),
                "{head}"
            ),
        }
    }
}

#[tokio::test]
async fn one_host_has_no_more_than_its_calls_in_flight_and_others_have_theirs() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}/", listener.local_addr().unwrap());
    let client = Arc::new(Outbound::new(true));
    let calls: Vec<_> = (0..CALLS_PER_HOST)
        .map(|_| {
            let (client, url) = (client.clone(), silent.clone());
            tokio::spawn(async move { client.get(&url, LIMITS).await })
        })
        .collect();
    while client.bulkhead.in_flight("127.0.0.1") != Some(CALLS_PER_HOST) {
        tokio::task::yield_now().await;
    }
    let refused = client.get(&silent, LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Busy)));
    let server = Counted::default();
    let other = format!("http://localhost:{}/", server.start(OK).await.port());
    assert_eq!(client.get(&other, LIMITS).await.unwrap(), "hi");
    // Calls that are given up make room.
    for call in calls {
        call.abort();
        let _ = call.await;
    }
    assert_eq!(client.bulkhead.in_flight("127.0.0.1"), None);
    assert!(!matches!(
        client
            .get(
                &silent,
                Limits {
                    total: Duration::from_millis(10),
                    ..LIMITS
                }
            )
            .await,
        Err(OutboundError::Busy)
    ));
}

/// Returns a client that trusts one certificate, of `localhost`, and finds every host here.
fn tls_client(addresses: Vec<SocketAddr>) -> Outbound {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(pem("one.pem")).unwrap())
        .unwrap();
    resolving(Reach::Private, vec![addresses], connect::trusting(roots)).0
}

#[tokio::test]
async fn https_is_verified_by_name_and_its_connections_are_kept() {
    let server = Counted::default();
    let address = tls_server("one", server.clone()).await;
    let client = tls_client(vec![address]);
    let url = format!("https://localhost:{}/", address.port());
    for _ in 0..3 {
        client.send(post(&url, "x"), LIMITS).await.unwrap();
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
    // A kept connection proves nothing about another name at the same address.
    let url = format!("https://other.example:{}/", address.port());
    let refused = client.get(&url, LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Broken(_))));
    // A certificate that nothing trusts.
    let address = tls_server("two", server.clone()).await;
    let url = format!("https://localhost:{}/", address.port());
    let refused = tls_client(vec![address]).get(&url, LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Broken(_))));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_connection_is_tried_without_a_request() {
    let url = server(OK.to_vec()).await;
    let limit = Duration::from_secs(5);
    let client = Outbound::reaching(Reach::PlainHttp);
    client.connect(&url, limit).await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let refused = client.connect(&format!("http://{address}/"), limit).await;
    assert!(matches!(refused, Err(OutboundError::Broken(_))));
    let inside = format!("https://{address}/");
    let refused = Outbound::new(false).connect(&inside, limit).await;
    assert!(matches!(refused, Err(OutboundError::Address)));
    let refused = Outbound::new(false).connect(&url, limit).await;
    assert!(matches!(refused, Err(OutboundError::Url)));
}

#[tokio::test]
async fn a_client_may_be_made_for_another_number_of_calls_to_one_host() {
    let url = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"").await;
    let client = Arc::new(Outbound::new(true).with_calls_per_host(1));
    let first = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        async move { client.get(&url, LIMITS).await }
    });
    while client.bulkhead.in_flight("127.0.0.1").is_none() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(
        client.get(&url, LIMITS).await,
        Err(OutboundError::Busy)
    ));
    first.abort();
}
