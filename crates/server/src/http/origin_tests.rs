//! The host of a request, however it is spelled, and what is built from it.

use super::*;

fn parts(uri: &str, hosts: &[&str]) -> Parts {
    let mut request = http::Request::builder().uri(uri);
    for host in hosts {
        request = request.header("host", *host);
    }
    request.body(()).unwrap().into_parts().0
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(n, v)| (http::HeaderName::from_static(n), v.parse().unwrap()))
        .collect()
}

fn host(text: &str) -> Host {
    Host::parse(text).unwrap()
}

fn dev() -> OriginRules {
    let (hosts, cors_origins) = (vec![host("cognate")], vec!["https://app.example".into()]);
    OriginRules {
        dev: true,
        hosts,
        cors_origins,
        ..OriginRules::default()
    }
}

fn serve() -> OriginRules {
    OriginRules {
        hosts: vec![host("id.example"), host("other.example:8443")],
        ports: vec![9229],
        public_url: Some(PublicUrl {
            text: "https://auth.example/x".into(),
            host: host("auth.example"),
            scheme: "https".into(),
        }),
        ..OriginRules::default()
    }
}

const PEER: Peer = Peer {
    ip: IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)),
    tls: false,
};

#[test]
fn a_request_names_exactly_one_host() {
    let named = |uri: &str, hosts: &[&str]| host_of(&parts(uri, hosts)).map(|named| named.text);
    assert_eq!(named("/", &["localhost:9229"]).unwrap(), "localhost:9229");
    assert_eq!(named("http://h:1/", &[]).unwrap(), "h:1");
    assert_eq!(named("http://h:1/", &["H:1"]).unwrap(), "H:1");
    assert_eq!(named("/", &[]), None);
    assert_eq!(named("/", &["a", "a"]), None);
    assert_eq!(named("http://h/", &["other"]), None);
    assert_eq!(named("http://h:1/", &["h:2"]), None);
    assert_eq!(named("http://u@h/", &["h"]), None);
    assert_eq!(named("http://u@h/", &[]), None);
    assert_eq!(named("/", &["a@b"]), None);
    assert_eq!(named("/", &["a/b"]), None);
    assert_eq!(named("/", &["id.example:evil.example"]), None);
    assert_eq!(named("/", &["[id.example].evil.example"]), None);
}

#[test]
fn dev_administers_for_its_own_hosts_only() {
    let none = HeaderMap::new();
    for text in [
        "localhost:9229",
        "127.0.0.1",
        "127.9.9.9:1",
        "[::1]:9229",
        "x.localhost",
        "cognate:9229",
        "COGNATE",
    ] {
        assert!(dev().may_administer(false, &host(text), &none), "{text}");
    }
    for text in [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1:9229",
        "127.0.0.1.evil.example",
        "cognate.evil",
    ] {
        assert!(!dev().may_administer(false, &host(text), &none), "{text}");
    }
}

#[test]
fn impersonated_hosts_are_of_this_server_by_tls_alone_and_their_pages_never() {
    let api = "cognito-idp.eu-west-1.amazonaws.com";
    let rules = OriginRules {
        impersonated: vec![host(api)],
        ..dev()
    };
    let none = HeaderMap::new();
    let may =
        |tls, name: &str, headers: &HeaderMap| rules.may_administer(tls, &host(name), headers);
    assert!(may(true, api, &none));
    for (tls, name) in [
        (false, api),
        (true, "x.cognito-idp.eu-west-1.amazonaws.com"),
        (true, "cognito-idp.us-east-1.amazonaws.com"),
    ] {
        assert!(!may(tls, name, &none), "{tls} {name}");
    }
    for origin in [format!("https://{api}"), format!("http://{api}:8080")] {
        let headers = headers(&[("origin", origin.as_str())]);
        assert!(!may(true, api, &headers), "{origin}");
        assert!(!may(false, "localhost", &headers), "{origin}");
    }
    let url = |tls, name: &str| rules.base_url(Peer { tls, ..PEER }, &host(name), &none);
    assert_eq!(url(true, api), Some(format!("https://{api}")));
    let with_port = format!("{api}:443");
    assert_eq!(url(true, &with_port), Some(format!("https://{api}")));
    assert_eq!(url(false, api), None);
    let of_world = OriginRules {
        prefix: "/_world/w3".to_owned(),
        ..rules
    };
    let url = of_world.base_url(Peer { tls: true, ..PEER }, &host(api), &none);
    assert_eq!(url.unwrap(), format!("https://{api}/_world/w3"));
}

#[test]
fn dev_administers_for_its_own_origins_only() {
    let from = |origin| {
        dev().may_administer(
            false,
            &host("localhost:9229"),
            &headers(&[("origin", origin)]),
        )
    };
    for own in [
        "http://localhost:3000",
        "http://127.0.0.1:9229",
        "https://app.example",
    ] {
        assert!(from(own), "{own}");
    }
    for foreign in [
        "https://evil.example",
        "http://[::1].evil.example",
        "http://localhost:evil.example",
        "http://localhost@evil.example",
        "http://localhost/",
        "null",
        "https://app.example.evil",
        "file://localhost",
        "",
    ] {
        assert!(!from(foreign), "{foreign}");
    }
}

#[test]
fn only_allowed_hosts_become_urls() {
    let https = headers(&[("x-forwarded-proto", "https")]);
    let none = HeaderMap::new();
    let url = |origins: &OriginRules, text: &str, headers: &HeaderMap| {
        origins
            .base_url(PEER, &host(text), headers)
            .unwrap_or_default()
    };
    assert_eq!(
        url(&dev(), "Localhost:9229", &none),
        "http://localhost:9229"
    );
    assert_eq!(url(&dev(), "cognate.:32768", &none), "http://cognate:32768");
    assert_eq!(url(&dev(), "evil.example", &none), "");
    let mut serve = serve();
    for spelling in ["auth.example", "AUTH.example.", "auth.example:443"] {
        assert_eq!(url(&serve, spelling, &none), "https://auth.example/x");
    }
    assert_eq!(url(&serve, "auth.example:80", &none), "");
    assert_eq!(url(&serve, "localhost", &none), "");
    for spelling in ["id.example", "ID.EXAMPLE:80", "id.example.:80"] {
        assert_eq!(url(&serve, spelling, &https), "http://id.example");
    }
    assert_eq!(
        url(&serve, "id.example:9229", &none),
        "http://id.example:9229"
    );
    // A port on which another program may listen.
    assert_eq!(url(&serve, "id.example:4444", &none), "");
    assert_eq!(
        url(&serve, "other.example:8443", &none),
        "http://other.example:8443"
    );
    assert_eq!(url(&serve, "other.example", &none), "");
    serve.proxies = Proxies::new(vec!["10.0.0.1".parse().unwrap()]);
    assert_eq!(url(&serve, "id.example:443", &https), "https://id.example");
}

#[test]
fn only_trusted_proxies_report_the_host_that_was_asked() {
    let mut rules = serve();
    let asked = |rules: &OriginRules, reports: &[&str]| {
        let mut headers = HeaderMap::new();
        for report in reports {
            headers.append("x-forwarded-host", report.parse().unwrap());
        }
        rules.asked(PEER, &host("inner:8080"), &headers).to_string()
    };
    assert_eq!(asked(&rules, &["id.example"]), "inner:8080");
    rules.proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
    assert_eq!(asked(&rules, &["ID.example:8443"]), "id.example:8443");
    for reports in [
        &[][..],
        &[""],
        &["id.example, evil.example"],
        &["id.example", "id.example"],
        &["id.example/x"],
        &["u@id.example"],
        &["id.example:x"],
        &["https://id.example"],
    ] {
        assert_eq!(asked(&rules, reports), "inner:8080", "{reports:?}");
    }
}

#[test]
fn domains_of_pools_become_urls_on_the_ports_of_this_server() {
    let none = HeaderMap::new();
    let https = headers(&[("x-forwarded-proto", "https")]);
    let url = |rules: &OriginRules, peer: Peer, text: &str, headers: &HeaderMap| {
        let url = rules.domain_url(peer, &host(text), headers);
        url.unwrap_or_default()
    };
    let tls = Peer { tls: true, ..PEER };
    assert_eq!(
        url(&dev(), PEER, "shop.localhost:9229", &none),
        "http://shop.localhost:9229"
    );
    assert_eq!(
        url(&dev(), tls, "Login.Shop.example:443", &none),
        "https://login.shop.example"
    );
    // What ends TLS in front of public_url ends it in front of the domains.
    assert_eq!(
        url(&serve(), PEER, "login.shop.example", &none),
        "https://login.shop.example"
    );
    assert_eq!(
        url(&serve(), PEER, "login.shop.example:9229", &none),
        "https://login.shop.example:9229"
    );
    assert_eq!(url(&serve(), PEER, "login.shop.example:4444", &none), "");
    let mut plain = serve();
    plain.public_url = None;
    assert_eq!(
        url(&plain, PEER, "login.shop.example:80", &none),
        "http://login.shop.example"
    );
    assert_eq!(
        url(&plain, tls, "login.shop.example", &none),
        "https://login.shop.example"
    );
    assert_eq!(
        url(&plain, PEER, "login.shop.example", &https),
        "http://login.shop.example"
    );
    plain.proxies = Proxies::new(vec!["10.0.0.1".parse().unwrap()]);
    assert_eq!(
        url(&plain, PEER, "login.shop.example", &https),
        "https://login.shop.example"
    );
}

#[test]
fn browsers_are_pinned_to_https_where_they_came_by_it() {
    let pinned = |rules: &OriginRules, name: &str, url| rules.may_pin_https(&host(name), url);
    assert!(pinned(&serve(), "id.example", Some("https://id.example")));
    assert!(!pinned(&serve(), "id.example", Some("http://id.example")));
    assert!(!pinned(&serve(), "id.example", None));
    assert!(!pinned(
        &serve(),
        "x.localhost:9229",
        Some("https://x.localhost:9229")
    ));
    assert!(!pinned(&dev(), "id.example", Some("https://id.example")));
}
