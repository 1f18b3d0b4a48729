//! The rules by which the host, origin and addresses in a request are trusted.
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

/// The hosts, origins and proxies that this server trusts.
#[derive(Clone, Debug, Default)]
pub struct OriginRules {
    /// True in `dev`, where a foreign web page may be the caller.
    pub dev: bool,
    /// Hosts by which this server may be reached. One without a port matches every port in `dev`, whose port may be
    /// mapped, and the usual ones and those in `ports` in `serve`.
    pub hosts: Vec<Host>,
    /// Hosts of Amazon's for which `dev` stands in. They count only for clients that came by TLS, and their pages are
    /// no pages of this server.
    pub impersonated: Vec<Host>,
    /// The ports on which this server listens.
    pub ports: Vec<u16>,
    /// Origins whose pages may make administrative calls in `dev`.
    pub cors_origins: Vec<String>,
    /// Proxies whose forwarded headers are trusted.
    pub proxies: Proxies,
    /// The configured URL.
    pub public_url: Option<PublicUrl>,
    /// The path before those of all URLs of this server; empty but for a world.
    pub prefix: String,
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

/// The peer of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The address of the other end.
    pub ip: IpAddr,
    /// True if this server ended TLS.
    pub tls: bool,
}

/// The host that a request names.
#[derive(Clone, Debug)]
pub struct RequestHost {
    /// The text as it was sent, which signatures cover.
    pub text: String,
    /// The parsed form.
    pub host: Host,
}

/// Returns the one host that a request names; None if it names none, two, different ones, or a text that is no host.
pub fn host_of(parts: &Parts) -> Option<RequestHost> {
    let mut fields = parts.headers.get_all(http::header::HOST).iter();
    let field = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(one), None) => Some(one.to_str().ok()?),
        (Some(_), Some(_)) => return None,
    };
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let text = field.or(authority)?;
    let host = Host::parse(text)?;
    // On HTTP/2 and in absolute form the address may be there twice: a program that reads the other one must see the
    // same.
    if authority.is_some_and(|other| Host::parse(other).as_ref() != Some(&host)) {
        return None;
    }
    Some(RequestHost {
        text: text.to_owned(),
        host,
    })
}

impl OriginRules {
    /// Returns the configured host that a request's host is, with the port that belongs into URLs.
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

    /// Returns the host for which this server stands in that a request's host is, to a client that came by TLS.
    fn impersonates(&self, tls: bool, host: &Host) -> Option<Host> {
        let same = |other: &&Host| other.is_same_name(host);
        let found = self.impersonated.iter().find(same).filter(|_| tls);
        found.map(|found| found.with_port(host.within("https").port()))
    }

    fn is_own(&self, host: &Host) -> bool {
        host.is_loopback() || self.listed(host, "http").is_some()
    }

    /// True if an administrative call may be answered: in `dev`, its Host must be this server's, and no foreign web
    /// page may have sent it. `serve` leaves this to the signature. `tls`: that of the [`Peer`].
    pub fn may_administer(&self, tls: bool, host: &Host, headers: &HeaderMap) -> bool {
        if !self.dev {
            return true;
        }
        (self.is_own(host) || self.impersonates(tls, host).is_some())
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

    /// True if a browser says that another site's page made this request.
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

    /// Returns the host that the client asked, for URLs and for the pool at it: what a trusted proxy reports in
    /// `X-Forwarded-Host`, else `named`, the host of the request. A report that is no single host counts as none.
    pub fn asked(&self, peer: Peer, named: &Host, headers: &HeaderMap) -> Host {
        if !self.proxies.trust(peer.ip.to_canonical()) {
            return named.clone();
        }
        let mut reports = headers.get_all("x-forwarded-host").iter();
        let report = match (reports.next(), reports.next()) {
            (Some(one), None) => one.to_str().ok().and_then(Host::parse),
            _ => None,
        };
        report.unwrap_or_else(|| named.clone())
    }

    /// True if browsers may be told to come by https alone from now on (RFC 6797): the client did, and the host is no
    /// name of this machine, which other programs share.
    pub fn may_pin_https(&self, host: &Host, url: Option<&str>) -> bool {
        !self.dev && !host.is_loopback() && url.is_some_and(|url| url.starts_with("https://"))
    }

    /// Returns the URL by which the client reached this server, if issuers may contain it. It is built from the
    /// settings, not from the request's spelling.
    pub fn base_url(&self, peer: Peer, host: &Host, headers: &HeaderMap) -> Option<String> {
        if let Some(url) = &self.public_url
            && host.within(&url.scheme) == url.host
        {
            return Some(format!("{}{}", url.text, self.prefix));
        }
        if let Some(host) = self.impersonates(peer.tls, host) {
            return Some(format!("https://{host}{}", self.prefix));
        }
        let scheme = self.scheme(peer, headers);
        let own = self.listed(host, scheme).or_else(|| {
            let loopback = self.dev && host.is_loopback();
            loopback.then(|| host.within(scheme))
        })?;
        Some(format!("{scheme}://{own}{}", self.prefix))
    }

    /// Returns the URL by which the client reached this server, for a host that is the domain of a pool. None for a port
    /// on which another program may listen.
    pub fn domain_url(&self, peer: Peer, host: &Host, headers: &HeaderMap) -> Option<String> {
        // A proxy that ends TLS for this server ends it for the domains, too.
        let public = self.public_url.as_ref();
        let secure = !self.dev && public.is_some_and(|url| url.scheme == "https");
        let scheme = match secure {
            true => "https",
            false => self.scheme(peer, headers),
        };
        let host = host.within(scheme);
        let known = host.port().is_none_or(|port| {
            self.dev
                || self.ports.contains(&port)
                || public.is_some_and(|url| url.host.port() == Some(port))
        });
        known.then(|| format!("{scheme}://{host}{}", self.prefix))
    }

    fn scheme(&self, peer: Peer, headers: &HeaderMap) -> &'static str {
        let forwarded = self.proxies.trust(peer.ip.to_canonical())
            && headers
                .get("x-forwarded-proto")
                .is_some_and(|v| v == "https");
        if peer.tls || forwarded {
            "https"
        } else {
            "http"
        }
    }
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
