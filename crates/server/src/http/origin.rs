//! What a request says about hosts, origins and addresses, and how much of that is believed.
//!
//! Any web page can make a browser call a server on this machine, and any client can write any Host. So `dev` takes
//! administrative calls only for its own hosts and origins, and issuers come only from hosts that were allowed
//! (design decisions 1 and 7). Forwarded headers count only from `trusted_proxies`.

use std::net::IpAddr;

use cognate_access::ClientAddress;
use http::HeaderMap;
use http::request::Parts;

use crate::http::forwarded::Proxies;
use crate::http::host::Host;

/// The rules of this server's edge.
#[derive(Debug, Default)]
pub struct OriginRules {
    /// Whether this is `dev`, where a foreign web page may be the caller.
    pub dev: bool,
    /// Hosts by which this server may be reached. One without a port stands for every port in `dev`, whose port may be
    /// mapped, and for the usual ones and those in `ports` in `serve`.
    pub hosts: Vec<Host>,
    /// The ports on which this server listens.
    pub ports: Vec<u16>,
    /// Origins whose pages may make administrative calls in `dev`.
    pub cors_origins: Vec<String>,
    /// Proxies whose forwarded headers are believed.
    pub proxies: Proxies,
    /// The configured URL.
    pub public_url: Option<PublicUrl>,
}

/// The URL by which clients are told to reach this server.
#[derive(Debug, Clone)]
pub struct PublicUrl {
    /// Without a trailing slash.
    pub text: String,
    /// Its host, without the port that its scheme has anyway.
    pub host: Host,
    /// `http` or `https`.
    pub scheme: String,
}

/// How a connection came in.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The other end.
    pub ip: IpAddr,
    /// Whether this server ended TLS.
    pub tls: bool,
}

/// The host that a request names.
#[derive(Clone, Debug)]
pub struct Named {
    /// As it was written, which is what signatures are over.
    pub text: String,
    /// What it means.
    pub host: Host,
}

/// The one host that a request names; None when it names none, two, different ones, or what is no host.
pub fn host_of(parts: &Parts) -> Option<Named> {
    let mut fields = parts.headers.get_all(http::header::HOST).iter();
    let field = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(one), None) => Some(one.to_str().ok()?),
        (Some(_), Some(_)) => return None,
    };
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let text = field.or(authority)?;
    let host = Host::parse(text)?;
    // On HTTP/2 and in absolute form the address may be there twice: whoever reads the other one must see the same.
    if authority.is_some_and(|other| Host::parse(other).as_ref() != Some(&host)) {
        return None;
    }
    Some(Named {
        text: text.to_owned(),
        host,
    })
}

impl OriginRules {
    /// The configured host that a request's host is, with the port that belongs into URLs.
    fn listed(&self, host: &Host, scheme: &str) -> Option<Host> {
        let asked = host.within(scheme);
        let known = |port: u16| self.dev || self.ports.contains(&port);
        self.hosts
            .iter()
            .find(|listed| {
                listed.is_same_name(host)
                    && match listed.port() {
                        Some(_) => listed.within(scheme) == asked,
                        None => asked.port().is_none_or(known),
                    }
            })
            .map(|listed| listed.with_port(asked.port()))
    }

    fn is_own(&self, host: &Host) -> bool {
        host.is_loopback() || self.listed(host, "http").is_some()
    }

    /// Whether an administrative call may be answered: in `dev`, its Host is this server's and no foreign web page
    /// sent it. `serve` leaves this to the signature.
    pub fn may_administer(&self, host: &Host, headers: &HeaderMap) -> bool {
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
        rest.and_then(Host::parse)
            .is_some_and(|host| self.is_own(&host))
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

    /// Returns the client of a request.
    pub fn client(&self, peer: Peer, headers: &HeaderMap) -> ClientAddress {
        self.proxies.client(peer.ip, headers)
    }

    /// The URL by which the client reached this server, when it may stand in issuers. It is built from what the settings
    /// say, not from the request's spelling.
    pub fn base_url(&self, peer: Peer, host: &Host, headers: &HeaderMap) -> Option<String> {
        if let Some(url) = &self.public_url
            && host.within(&url.scheme) == url.host
        {
            return Some(url.text.clone());
        }
        let forwarded = self.proxies.trust(peer.ip.to_canonical())
            && headers
                .get("x-forwarded-proto")
                .is_some_and(|v| v == "https");
        let scheme = if peer.tls || forwarded {
            "https"
        } else {
            "http"
        };
        let own = self.listed(host, scheme).or_else(|| {
            let loopback = self.dev && host.is_loopback();
            loopback.then(|| host.within(scheme))
        })?;
        Some(format!("{scheme}://{own}"))
    }
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
