//! What may be called, by the form of a URL and by its addresses.

use super::*;

#[test]
fn only_https_urls_may_be_called_and_http_on_this_machine_where_allowed() {
    let (open, closed) = (Outbound::new(true), Outbound::new(false));
    for url in [
        "https://idp.example.com",
        "https://idp.example.com:8443/x?y",
        "https://[2606:4700::1]/",
    ] {
        assert!(open.may_call(url) && closed.may_call(url), "{url}");
    }
    for url in [
        "http://localhost:1/x",
        "http://127.0.0.1/",
        "http://[::1]:8/x",
        "http://x.localhost:1/",
    ] {
        assert!(open.may_call(url) && !closed.may_call(url), "{url}");
    }
    for url in [
        "",
        "x",
        "/x",
        "idp.example.com",
        "ftp://idp.example.com/",
        "file:///etc/passwd",
        "http://idp.example.com/",
        "http://10.0.0.1/",
        "http://xlocalhost/",
        "https://user@idp.example.com/",
        "https://user:word@idp.example.com/",
        "https:///x",
    ] {
        assert!(!open.may_call(url) && !closed.may_call(url), "{url}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_called() {
    for url in [
        "https://127.0.0.1:9/",
        "https://[::1]:9/",
        "https://localhost:9/",
        "https://169.254.169.254/",
    ] {
        let refused = Outbound::new(false).get(url, LIMITS).await;
        assert!(matches!(refused, Err(OutboundError::Address)), "{url}");
    }
}

#[tokio::test]
async fn who_asks_near_by_only_asks_nobody_else() {
    let server = Counted::default();
    let here = server.start(OK).await;
    let public: SocketAddr = ([93, 184, 215, 14], 443).into();
    for far in [public, ([169, 254, 1, 1], 443).into()] {
        let (client, _) = resolving(Reach::Near, vec![vec![far]], None);
        let refused = client.get("https://idp.example.com/", LIMITS).await;
        assert!(matches!(refused, Err(OutboundError::Address)), "{far}");
    }
    // Of several addresses the near ones.
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(pem("one.pem")).unwrap();
    roots.add(trusted).unwrap();
    let secure = tls_server("one", server.clone()).await;
    let answers = vec![vec![public, secure]];
    let (client, _) = resolving(Reach::Near, answers, connect::trusting(roots));
    client.get("https://localhost/", LIMITS).await.unwrap();
    // By http this machine alone, whatever the name service says of it.
    let (client, _) = resolving(Reach::Near, vec![vec![here], vec![public]], None);
    client.get("http://x.localhost/", LIMITS).await.unwrap();
    let refused = client.get("http://y.localhost/", LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Address)));
    let refused = client.get("http://idp.example.com/", LIMITS).await;
    assert!(matches!(refused, Err(OutboundError::Url)));
    for (text, near) in [
        ("127.9.9.9", true),
        ("::1", true),
        ("::ffff:10.1.2.3", true),
        ("172.31.0.1", true),
        ("fd00::1", true),
        ("0.0.0.0", false),
        ("fe80::1", false),
        ("8.8.8.8", false),
    ] {
        assert_eq!(is_near(text.parse().unwrap()), near, "{text}");
    }
}
