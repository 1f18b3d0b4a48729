//! Hosts that answer with what is no document, and hosts that must not be asked.

use cognate_domain::resources::metadata::document::Unfit;
use cognate_domain::resources::metadata::fetch::Missing;
use cognate_domain::resources::metadata::resolve::Unresolved;
use cognate_domain::{Mode, Settings};
use serde_json::{Value, json};

use super::policy;
use crate::support::TestApp;
use crate::support::metadata::{DocumentHost, document, json_answer, resolve};
use crate::support::users::{client, pool};

async fn missing(t: &TestApp, pool: &str, url: &str) -> Missing {
    match resolve(t, pool, url).await {
        Err(Unresolved::Missing(missing)) => missing,
        Err(other) => panic!("{url}: {other:?}"),
        Ok(_) => panic!("{url} has a document"),
    }
}

#[tokio::test]
async fn what_is_no_document_is_refused_and_not_kept() {
    let t = TestApp::sqlite().await;
    let host = DocumentHost::start().await;
    let pool = pool(&t, json!({})).await;
    let client = client(&t, &pool, json!({})).await;
    policy(&t, &pool, &client, &host.pattern("/*")).await;
    let other = host.url("/other.json");
    host.publishes(&other, json!({}));
    let good = |url: &str| document(url, json!({})).to_string();
    type Says = Box<dyn Fn(&str) -> String>;
    let status = |status: &'static str, headers: String| -> Says {
        Box::new(move |url| {
            let body = document(url, json!({})).to_string();
            format!(
                "{status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
        })
    };
    let body = |kind: &'static str, make: fn(&str) -> String| -> Says {
        Box::new(move |url| {
            let body = make(url);
            format!(
                "200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        })
    };
    let says = |over: Value| -> Says {
        Box::new(move |url| json_answer(&document(url, over.clone()), ""))
    };
    let broken = |text: &str| Missing::Unreachable(text.to_owned());
    let encoded: Says =
        Box::new(move |url| json_answer(&document(url, json!({})), "Content-Encoding: gzip\r\n"));
    let huge: Says =
        Box::new(move |url| json_answer(&document(url, json!({"x": "x".repeat(10 << 10)})), ""));
    let endless: Says = Box::new(move |url| {
        let body = format!("{}{}", good(url), " ".repeat(64 << 10));
        format!("200 OK\r\nContent-Type: application/json\r\n\r\n{body}")
    });
    let hostile: Vec<(Says, Missing)> = vec![
        (
            status("201 Created", String::new()),
            Missing::Unfit(Unfit::Status),
        ),
        (
            status("404 None", String::new()),
            Missing::Unfit(Unfit::Status),
        ),
        (
            status("302 Elsewhere", format!("Location: {other}\r\n")),
            Missing::Unfit(Unfit::Status),
        ),
        (
            status(
                "307 Elsewhere",
                "Location: http://169.254.169.254/\r\n".into(),
            ),
            Missing::Unfit(Unfit::Status),
        ),
        (
            body("text/html", |url| document(url, json!({})).to_string()),
            Missing::Unfit(Unfit::ContentType),
        ),
        (
            body("application/json", |_| "<html>".into()),
            Missing::Unfit(Unfit::Malformed),
        ),
        (
            body("application/json", |_| "[".repeat(9_000)),
            Missing::Unfit(Unfit::Malformed),
        ),
        (
            says(json!({"client_id": other})),
            Missing::Unfit(Unfit::OtherClient),
        ),
        (
            says(json!({"client_secret": "s"})),
            Missing::Unfit(Unfit::Secret),
        ),
        (
            says(
                json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://10.0.0.1/"}),
            ),
            Missing::Unfit(Unfit::PrivateKeyJwt),
        ),
        (
            says(json!({"redirect_uris": ["javascript:alert(1)"]})),
            Missing::Unfit(Unfit::Redirects),
        ),
        (encoded, broken("the answer has another content type")),
        (huge, broken("the answer is too large")),
        (endless, broken("the answer is too large")),
    ];
    for (n, (says, expected)) in hostile.into_iter().enumerate() {
        let url = host.url(&format!("/{n}.json"));
        host.answers(&url, says(&url));
        assert_eq!(missing(&t, &pool, &url).await, expected, "{n}");
        assert_eq!(host.asked(&url), 1);
    }
    // No redirect was followed.
    assert_eq!(host.asked(&other), 0);
    let rows = t
        .app
        .store
        .rows("SELECT 1 FROM cimd_documents", vec![])
        .await;
    assert!(rows.unwrap().is_empty());
}

#[tokio::test]
async fn in_production_no_host_of_an_inner_network_is_asked() {
    let t = TestApp::sqlite_with(Settings {
        mode: Mode::Serve,
        public_url: Some("https://id.example.com".into()),
        // That is for hosts that administrators name, not for those that strangers do.
        private_outbound: true,
        ..Settings::dev()
    })
    .await;
    let host = DocumentHost::start().await;
    let pool = pool(&t, json!({})).await;
    let client = client(&t, &pool, json!({})).await;
    let hosts = [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a00:1]",
        "[fd00::1]",
        "[fe80::1]",
        "[2002:7f00:1::1]",
        "0.0.0.0",
        "2130706433",
    ];
    for name in hosts {
        let url = format!("https://{name}:8443/client");
        policy(&t, &pool, &client, &url).await;
        match missing(&t, &pool, &url).await {
            Missing::Unreachable(why) => assert!(
                why == "the host has no address that may be called" || name == "2130706433",
                "{name}: {why}"
            ),
            other => panic!("{name}: {other:?}"),
        }
    }
    // Plain HTTP is none of its own either.
    let plain = host.url("/client.json");
    let found = resolve(&t, &pool, &plain).await;
    assert_eq!(found.err(), Some(Unresolved::NotAUrl));
    assert_eq!(host.asked(&plain), 0);
}
