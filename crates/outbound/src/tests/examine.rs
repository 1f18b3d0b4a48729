//! Calls that say how far they came.

use std::io;

use super::*;
use crate::examine::{Failed, Stage};
use crate::form::Call;

fn call(url: &str) -> Call<'_> {
    Call {
        url,
        form: None,
        authorization: None,
        agent: "test",
    }
}

async fn stopped(client: &Outbound, url: &str) -> Stage {
    let limits = Limits {
        total: Duration::from_millis(300),
        connect: Duration::from_millis(300),
        ..LIMITS
    };
    match client.examine(call(url), limits).await {
        Ok(answer) => panic!("{url}: {answer:?}"),
        Err(Failed { stage, .. }) => stage,
    }
}

#[tokio::test]
async fn each_step_of_a_call_is_told_apart() {
    let client = Outbound::new(true);
    for url in ["x", "http://idp.example.com/", "ftp://127.0.0.1/"] {
        assert_eq!(stopped(&client, url).await, Stage::Url, "{url}");
    }
    let nobody = Box::new(|_, _| Box::pin(async { Err(io::Error::other("no such name")) }) as _);
    let nameless = Outbound::over(Reach::Public, Connector::new(Reach::Public, nobody, None));
    let url = "https://idp.example.com/";
    assert_eq!(stopped(&nameless, url).await, Stage::Name);
    let inside = vec![vec![([10, 0, 0, 1], 443).into()]];
    let (public, _) = resolving(Reach::Public, inside, None);
    assert_eq!(stopped(&public, url).await, Stage::Address);
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let url = format!("http://{address}/");
    assert_eq!(stopped(&client, &url).await, Stage::Connection);
    // Speaks no TLS; has the certificate of another name.
    let plain = Counted::default().start(OK).await;
    let client = tls_client(vec![plain]);
    let url = format!("https://localhost:{}/", plain.port());
    assert_eq!(stopped(&client, &url).await, Stage::Tls);
    let other = tls_server("two", Counted::default()).await;
    let client = tls_client(vec![other]);
    let url = format!("https://localhost:{}/", other.port());
    assert_eq!(stopped(&client, &url).await, Stage::Tls);
}

#[tokio::test]
async fn silence_and_too_much_come_behind_the_connection() {
    let client = Outbound::new(true);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    assert_eq!(stopped(&client, &url).await, Stage::Answer);
    let url = format!("http://{}/", Counted::default().start(OK).await);
    let limits = Limits { bytes: 1, ..LIMITS };
    let failed = client.examine(call(&url), limits).await.unwrap_err();
    assert_eq!(failed.stage, Stage::Answer);
    assert!(matches!(failed.error, OutboundError::TooLarge));
}

#[tokio::test]
async fn a_redirect_is_shown_and_not_followed() {
    let answer = b"HTTP/1.1 301 Go\r\nLocation: https://elsewhere.example/\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";
    let server = Counted::default();
    let url = format!("http://{}/", server.start(answer).await);
    let answer = Outbound::new(true)
        .examine(call(&url), LIMITS)
        .await
        .unwrap();
    assert_eq!(answer.status, 301);
    assert_eq!(
        answer.location.as_deref(),
        Some("https://elsewhere.example/")
    );
    assert_eq!(answer.content_type.as_deref(), Some("text/plain"));
    assert_eq!(answer.body, "hi");
    // One connection to try it, one for the call.
    assert_eq!((server.connections(), server.requests().len()), (2, 1));
}
