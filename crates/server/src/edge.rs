//! What a request says about hosts, origins and addresses, and how much of that is believed.
//!
//! Any web page can make a browser call a server on this machine, and any client can write any Host. So `dev` takes
//! administrative calls only for its own hosts and origins, and issuers come only from hosts that were allowed
//! (design decisions 1 and 7). Forwarded headers count only from `trusted_proxies`.

use std::net::IpAddr;

use http::HeaderMap;
use http::request::Parts;

use crate::network::Network;

/// The rules of this server's edge.
#[derive(Debug, Default)]
pub struct Edge {
    /// Whether this is `dev`, where a foreign web page may be the caller.
    pub dev: bool,
    /// Host names by which this server may be reached, lower case, with or without port.
    pub hosts: Vec<String>,
    /// Origins whose pages may make administrative calls in `dev`.
    pub cors_origins: Vec<String>,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// The configured URL, without a trailing slash.
    pub public_url: Option<String>,
}

/// How a connection came in.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The other end.
    pub ip: IpAddr,
    /// Whether this server ended TLS.
    pub tls: bool,
}

/// The one host that a request names; None when it names none, two, or different ones.
pub fn host_of(parts: &Parts) -> Option<String> {
    let mut fields = parts.headers.get_all(http::header::HOST).iter();
    let field = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(one), None) => Some(one.to_str().ok()?),
        (Some(_), Some(_)) => return None,
    };
    let host = match (
        field,
        parts.uri.authority().map(http::uri::Authority::as_str),
    ) {
        (Some(field), Some(authority)) if !field.eq_ignore_ascii_case(authority) => return None,
        (Some(host), _) | (None, Some(host)) => host,
        (None, None) => return None,
    };
    // User information in an authority, or anything else that is no part of a host, would end up in URLs.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    (!host.is_empty() && host.len() <= 261 && host.bytes().all(plain)).then(|| host.to_owned())
}

/// The host without its port, without brackets.
fn name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Whether a host name can only mean this machine.
fn is_loopback(host: &str) -> bool {
    let name = name(host).to_ascii_lowercase();
    let by_name = name == "localhost" || name.ends_with(".localhost");
    by_name || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl Edge {
    fn is_listed(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.hosts
            .iter()
            .any(|listed| *listed == host || *listed == name(&host))
    }

    fn is_own(&self, host: &str) -> bool {
        is_loopback(host) || self.is_listed(host)
    }

    /// Whether an administrative call may be answered: in `dev`, its Host is this server's and no foreign web page
    /// sent it. `serve` leaves this to the signature.
    pub fn may_administer(&self, host: &str, headers: &HeaderMap) -> bool {
        if !self.dev {
            return true;
        }
        self.is_own(host)
            && headers
                .get_all(http::header::ORIGIN)
                .iter()
                .all(|o| o.to_str().is_ok_and(|o| self.is_own_origin(o)))
    }

    fn is_own_origin(&self, origin: &str) -> bool {
        if self.cors_origins.iter().any(|allowed| allowed == origin) {
            return true;
        }
        let rest = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        rest.is_some_and(|host| self.is_own(host))
    }

    /// Whether a browser says that another site's page made this request.
    pub fn is_cross_site(&self, headers: &HeaderMap) -> bool {
        let allowed = headers
            .get(http::header::ORIGIN)
            .and_then(|o| o.to_str().ok())
            .is_some_and(|origin| self.cors_origins.iter().any(|a| a == origin));
        !allowed
            && headers
                .get("sec-fetch-site")
                .is_some_and(|v| v == "cross-site")
    }

    /// The client's address: the peer's, or the last one that a trusted proxy did not add itself.
    pub fn client_ip(&self, peer: Peer, headers: &HeaderMap) -> IpAddr {
        let mut ip = peer.ip.to_canonical();
        let fields = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|v| v.to_str().ok());
        let hops: Vec<&str> = fields.flat_map(|v| v.split(',')).map(str::trim).collect();
        for hop in hops.into_iter().rev() {
            if !self.is_trusted(ip) {
                break;
            }
            let Ok(before) = hop.parse::<IpAddr>() else {
                break;
            };
            ip = before.to_canonical();
        }
        ip
    }

    fn is_trusted(&self, ip: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(ip))
    }

    /// The URL by which the client reached this server, when it may stand in issuers.
    pub fn base_url(&self, peer: Peer, host: &str, headers: &HeaderMap) -> Option<String> {
        if let Some(url) = &self.public_url
            && url.split_once("://").is_some_and(|(_, rest)| {
                rest.split('/')
                    .next()
                    .is_some_and(|h| h.eq_ignore_ascii_case(host))
            })
        {
            return Some(url.clone());
        }
        let allowed = self.is_listed(host) || self.dev && is_loopback(host);
        let forwarded = self.is_trusted(peer.ip.to_canonical())
            && headers
                .get("x-forwarded-proto")
                .is_some_and(|v| v == "https");
        let scheme = if peer.tls || forwarded {
            "https"
        } else {
            "http"
        };
        allowed.then(|| format!("{scheme}://{}", host.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
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

    fn dev() -> Edge {
        let (hosts, cors_origins) = (vec!["cognate".into()], vec!["https://app.example".into()]);
        Edge {
            dev: true,
            hosts,
            cors_origins,
            ..Edge::default()
        }
    }

    #[test]
    fn a_request_names_exactly_one_host() {
        assert_eq!(
            host_of(&parts("/", &["localhost:9229"])).as_deref(),
            Some("localhost:9229")
        );
        assert_eq!(host_of(&parts("http://h:1/", &[])).as_deref(), Some("h:1"));
        assert_eq!(
            host_of(&parts("http://h:1/", &["h:1"])).as_deref(),
            Some("h:1")
        );
        assert_eq!(host_of(&parts("/", &[])), None);
        assert_eq!(host_of(&parts("/", &["a", "a"])), None);
        assert_eq!(host_of(&parts("http://h/", &["other"])), None);
        assert_eq!(host_of(&parts("/", &["a@b"])), None);
        assert_eq!(host_of(&parts("/", &["a/b"])), None);
    }

    #[test]
    fn dev_administers_for_its_own_hosts_only() {
        let none = HeaderMap::new();
        for host in [
            "localhost:9229",
            "127.0.0.1",
            "127.9.9.9:1",
            "[::1]:9229",
            "x.localhost",
            "cognate:9229",
            "COGNATE",
        ] {
            assert!(dev().may_administer(host, &none), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1:9229",
            "127.0.0.1.evil.example",
            "cognate.evil",
        ] {
            assert!(!dev().may_administer(host, &none), "{host}");
        }
    }

    #[test]
    fn dev_administers_for_its_own_origins_only() {
        let from = |origin| dev().may_administer("localhost:9229", &headers(&[("origin", origin)]));
        for own in [
            "http://localhost:3000",
            "http://127.0.0.1:9229",
            "https://app.example",
        ] {
            assert!(from(own), "{own}");
        }
        for foreign in [
            "https://evil.example",
            "null",
            "https://app.example.evil",
            "file://localhost",
            "",
        ] {
            assert!(!from(foreign), "{foreign}");
        }
    }

    #[test]
    fn forwarded_addresses_count_from_trusted_proxies_only() {
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let edge = Edge {
            trusted_proxies,
            ..Edge::default()
        };
        let ip = |peer: &str, chain| {
            let peer = Peer {
                ip: peer.parse().unwrap(),
                tls: false,
            };
            edge.client_ip(peer, &headers(&[("x-forwarded-for", chain)]))
                .to_string()
        };
        assert_eq!(ip("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(ip("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(
            ip("::ffff:10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.9"),
            "198.51.100.7"
        );
        assert_eq!(ip("10.0.0.1", "junk"), "10.0.0.1");
    }

    #[test]
    fn only_allowed_hosts_become_urls() {
        let peer = Peer {
            ip: "10.0.0.1".parse().unwrap(),
            tls: false,
        };
        let https = headers(&[("x-forwarded-proto", "https")]);
        let none = HeaderMap::new();
        assert_eq!(
            dev().base_url(peer, "Localhost:9229", &none).as_deref(),
            Some("http://localhost:9229")
        );
        assert_eq!(dev().base_url(peer, "evil.example", &none), None);
        let mut serve = Edge {
            hosts: vec!["id.example".into()],
            public_url: Some("https://auth.example".into()),
            ..Edge::default()
        };
        assert_eq!(
            serve.base_url(peer, "auth.example", &none).as_deref(),
            Some("https://auth.example")
        );
        assert_eq!(serve.base_url(peer, "localhost", &none), None);
        assert_eq!(
            serve.base_url(peer, "id.example", &https).as_deref(),
            Some("http://id.example")
        );
        serve.trusted_proxies = vec!["10.0.0.1".parse().unwrap()];
        assert_eq!(
            serve.base_url(peer, "id.example", &https).as_deref(),
            Some("https://id.example")
        );
    }
}
