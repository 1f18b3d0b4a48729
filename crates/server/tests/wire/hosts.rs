//! Hosts of pools' domains as a whole server sees them: whose they are, who may report them, and what browsers are told.

use cognate_testkit::{Options, TestServer};
use serde_json::{Value, json};

use crate::socket::exchange;

const SHOP: &str = "login.shop.example";
const PREFIX: &str = "shop.auth.us-east-1.id.test";
const DOCUMENT: &str = "/.well-known/openid-configuration";

/// Starts a server with a pool that has both kinds of domains; returns the pool's id too.
async fn start(options: Options) -> (TestServer, String) {
    let server = TestServer::start(options).await.unwrap();
    let raw = server.raw();
    let made = raw.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let prefix = json!({"UserPoolId": pool, "Domain": "shop"});
    raw.ok("CreateUserPoolDomain", prefix).await.unwrap();
    let arn = "arn:aws:acm:us-east-1:000000000000:certificate/c";
    let custom = json!({
        "UserPoolId": pool, "Domain": SHOP, "CustomDomainConfig": {"CertificateArn": arn},
    });
    raw.ok("CreateUserPoolDomain", custom).await.unwrap();
    (server, pool)
}

fn serve() -> Options {
    Options::serve()
        .with("domain_base", "id.test")
        .with("unresolved_domains", "true")
}

/// Returns the answer to a GET with a Host and more header lines.
async fn get(server: &TestServer, path: &str, host: &str, more: &[&str]) -> String {
    let mut text = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for line in more {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    exchange(server.endpoint(), text.as_bytes()).await
}

fn document(answer: &str) -> Value {
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_a_host_of_the_server_and_nothing_else_is() {
    let (server, pool) = start(serve()).await;
    for host in [
        SHOP,
        "LOGIN.shop.example.",
        "login.shop.example:443",
        PREFIX,
    ] {
        let answer = get(&server, DOCUMENT, host, &[]).await;
        let found = document(&answer);
        assert_eq!(found["issuer"], format!("https://id.test/{pool}"), "{host}");
        assert_eq!(
            found["token_endpoint"],
            format!("https://{SHOP}/oauth2/token")
        );
        assert!(
            answer.contains("strict-transport-security: max-age=31536000\r\n"),
            "{answer}"
        );
    }
    for host in [
        "evil.example",
        "x.login.shop.example",
        "login.shop.example:4444",
        "login.shop.example.evil.example",
        "office.auth.us-east-1.id.test",
        "shop.auth.eu-west-1.id.test",
        "shop.localhost",
        "127.0.0.1",
        "id.test",
    ] {
        let answer = get(&server, DOCUMENT, host, &[]).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{host}: {answer}");
    }
    // Nobody is believed who reports another host.
    let report = ["x-forwarded-host: login.shop.example"];
    let answer = get(&server, DOCUMENT, "evil.example", &report).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    // A host that the operator did not allow stands in no issuer, and nobody is pinned to it.
    let path = format!("/{pool}{DOCUMENT}");
    let answer = get(&server, &path, "evil.example", &[]).await;
    assert_eq!(
        document(&answer)["issuer"],
        format!("https://id.test/{pool}")
    );
    let answer = get(&server, &path, "127.0.0.1", &[]).await;
    assert!(!answer.contains("strict-transport-security"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_reports_host_and_scheme() {
    let (server, pool) = start(serve().with("trusted_proxies", "127.0.0.1")).await;
    let reports = [
        "x-forwarded-host: login.shop.example",
        "x-forwarded-for: 192.0.2.1",
    ];
    let found = document(&get(&server, DOCUMENT, "inner:8080", &reports).await);
    assert_eq!(found["issuer"], format!("https://id.test/{pool}"));
    // Two reports are none, and so is one that names no pool's domain.
    for reports in [
        &[
            "x-forwarded-host: login.shop.example",
            "x-forwarded-host: login.shop.example",
        ][..],
        &["x-forwarded-host: login.shop.example, evil.example"],
        &["x-forwarded-host: evil.example"],
    ] {
        let answer = get(&server, DOCUMENT, "inner:8080", reports).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
    let path = format!("/{pool}{DOCUMENT}");
    let answer = get(&server, &path, "inner", &["x-forwarded-host: id.test"]).await;
    assert_eq!(
        document(&answer)["issuer"],
        format!("https://id.test/{pool}")
    );
    assert!(answer.contains("strict-transport-security"), "{answer}");
    assert!(
        answer.contains("vary: Host, X-Forwarded-Host, X-Forwarded-Proto\r\n"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_knows_a_prefix_below_localhost() {
    let (server, pool) = start(Options::default()).await;
    let port = server.endpoint().rsplit_once(':').unwrap().1.to_owned();
    let host = format!("shop.localhost:{port}");
    let answer = get(&server, DOCUMENT, &host, &[]).await;
    let found = document(&answer);
    assert_eq!(found["issuer"], format!("http://localhost:{port}/{pool}"));
    assert_eq!(
        found["token_endpoint"],
        format!("http://{host}/oauth2/token")
    );
    assert!(!answer.contains("strict-transport-security"), "{answer}");
    let answer = get(&server, DOCUMENT, &format!("office.localhost:{port}"), &[]).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    // The domain is none of the hosts for which `dev` does what an administrator asks.
    let answer = get(&server, "/_dev/messages", SHOP, &[]).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

/// What a browser accepts.
const BROWSER: &str = "accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_a_page_and_other_clients_what_they_always_got() {
    let (server, pool) = start(Options::default()).await;
    let host = server.endpoint().trim_start_matches("http://").to_owned();
    for accept in [&[][..], &["accept: */*"], &["accept: application/json"]] {
        let answer = get(&server, "/", &host, accept).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(answer.contains("<AccessDeniedException>"), "{answer}");
    }
    let answer = get(&server, "/", &host, &[BROWSER]).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains(&pool),
        "{answer}"
    );
    for header in [
        "content-security-policy: default-src 'none'",
        "cache-control: no-store",
        "x-amzn-requestid: ",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    let head = format!("HEAD / HTTP/1.1\r\nhost: {host}\r\n{BROWSER}\r\nconnection: close\r\n\r\n");
    let answer = exchange(server.endpoint(), head.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    let inbox = get(&server, "/_dev/inbox", &host, &[BROWSER]).await;
    assert!(
        inbox.starts_with("HTTP/1.1 200") && inbox.contains("Inbox"),
        "{inbox}"
    );
    // What a foreign page could send, by its own name or from its own site.
    let evil = get(&server, "/", "evil.example", &[BROWSER]).await;
    assert!(
        evil.starts_with("HTTP/1.1 200") && !evil.contains(&pool),
        "{evil}"
    );
    for (host, more) in [
        ("evil.example", &[BROWSER][..]),
        (SHOP, &[BROWSER]),
        (&host, &[BROWSER, "sec-fetch-site: cross-site"]),
        (&host, &[BROWSER, "origin: https://evil.example"]),
    ] {
        let answer = get(&server, "/_dev/inbox", host, more).await;
        assert!(
            answer.starts_with("HTTP/1.1 403"),
            "{host} {more:?}: {answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_cannot_report_a_host_of_dev() {
    let (server, pool) = start(Options::default().with("trusted_proxies", "127.0.0.1")).await;
    let shows = async |host: &str| {
        let more = [BROWSER, "x-forwarded-host: localhost:9229"];
        let answer = get(&server, "/", host, &more).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.contains(&pool)
    };
    assert!(shows("127.0.0.1:9229").await);
    assert!(!shows("evil.example").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_shows_browsers_nothing() {
    let (server, pool) = start(serve()).await;
    for host in ["id.test", "127.0.0.1", SHOP, PREFIX] {
        let answer = get(&server, "/", host, &[BROWSER]).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let page = answer.split_once("\r\n\r\n").unwrap().1.replace(host, "");
        for absent in [pool.as_str(), "Cognate", "0.1", "us-east-1", "shop"] {
            assert!(!page.contains(absent), "{absent}: {page}");
        }
        let answer = get(&server, "/_dev/inbox", host, &[BROWSER]).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
}
