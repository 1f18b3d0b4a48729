//! The client's address, behind proxies too.
//!
//! `X-Forwarded-For` counts from `trusted_proxies` only, and is read as bytes from its end: each proxy adds the address
//! that it saw, so everything left of the last address that is not trusted is the client's invention. An unreadable
//! entry makes the client unknown: it is neither the proxy, whose requests may be unlimited, nor the address further
//! left.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cognate_access::ClientAddress;
use cognate_domain::facts::ip_range::IpRange;
use http::HeaderMap;

/// Proxies whose headers are trusted.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<IpRange>,
    /// True once a proxy that is not among them was reported.
    reported: Arc<AtomicBool>,
}

impl Proxies {
    /// Believes the proxies with these addresses.
    pub fn new(trusted: Vec<IpRange>) -> Self {
        Self {
            trusted,
            reported: Arc::default(),
        }
    }

    /// True if none is trusted.
    pub fn is_empty(&self) -> bool {
        self.trusted.is_empty()
    }

    /// True if the address is a trusted proxy's.
    pub fn trust(&self, ip: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(ip))
    }

    /// Returns the client of a request that `peer` sent.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        if !headers.contains_key("x-forwarded-for") {
            return if peer.is_loopback() {
                ClientAddress::Local(peer)
            } else {
                ClientAddress::Remote(peer)
            };
        }
        if !self.trust(peer) {
            self.report(peer);
            return ClientAddress::Remote(peer);
        }
        let mut last = None;
        let lines: Vec<&[u8]> = headers
            .get_all("x-forwarded-for")
            .iter()
            .map(http::HeaderValue::as_bytes)
            .collect();
        // Several lines are one list in their order. Empty elements of a list mean nothing (RFC 9110, 5.6.1).
        let hops = lines
            .iter()
            .rev()
            .flat_map(|line| line.rsplit(|b| *b == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|hop| !hop.is_empty());
        for hop in hops {
            let Some(ip) = address(hop) else {
                return ClientAddress::Unknown;
            };
            last = Some(ip);
            if !self.trust(ip) {
                break;
            }
        }
        last.map_or(ClientAddress::Unknown, ClientAddress::Remote)
    }

    /// Warns once about an untrusted sender of the header: most likely a proxy that the settings do not name.
    fn report(&self, peer: IpAddr) {
        if !self.reported.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request has X-Forwarded-For, but its sender is none of trusted_proxies: if that is your proxy, name \
                 it there, or all clients behind it count as one"
            );
        }
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?;
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let ip = match bare {
        Some(inner) => IpAddr::V6(inner.parse().ok()?),
        None => text
            .parse::<IpAddr>()
            .or_else(|_| text.parse::<SocketAddr>().map(|a| a.ip()))
            .ok()?,
    };
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn origin(peer: &str, lines: &[&[u8]]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:ffff::/48", "127.0.0.1"];
        let proxies = Proxies::new(trusted.map(|t| t.parse().unwrap()).to_vec());
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_bytes(line).unwrap());
        }
        match proxies.client(peer.parse().unwrap(), &headers) {
            ClientAddress::Local(ip) => format!("here {ip}"),
            other => other.to_string(),
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(origin("192.0.2.1", &[b"198.51.100.7"]), "192.0.2.1");
        assert_eq!(origin("10.0.0.1", &[b"198.51.100.7"]), "198.51.100.7");
        assert_eq!(origin("10.0.0.1", &[]), "10.0.0.1");
        let chain = b"6.6.6.6, 198.51.100.7, 10.0.0.9";
        assert_eq!(origin("::ffff:10.0.0.1", &[chain]), "198.51.100.7");
        assert_eq!(origin("10.0.0.1", &[b"10.0.0.7, 10.0.0.9"]), "10.0.0.7");
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines: &[&[u8]] = &[b"6.6.6.6", b"198.51.100.7", b"10.0.0.9"];
        assert_eq!(origin("10.0.0.1", lines), "198.51.100.7");
    }

    #[test]
    fn entries_are_read_in_every_form_that_proxies_write() {
        for entry in ["198.51.100.7", "198.51.100.7:4711", "::ffff:198.51.100.7"] {
            assert_eq!(origin("10.0.0.1", &[entry.as_bytes()]), "198.51.100.7");
        }
        for entry in ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:4711"] {
            assert_eq!(origin("10.0.0.1", &[entry.as_bytes()]), "2001:db8::7");
        }
        // Proxies that name themselves with a port are still proxies.
        let chain = b"198.51.100.7:1, 10.0.0.9:2,[2001:db8:ffff::1]:3";
        assert_eq!(origin("10.0.0.1", &[chain]), "198.51.100.7");
        assert_eq!(origin("10.0.0.1", &[b"198.51.100.7,"]), "198.51.100.7");
        assert_eq!(origin("10.0.0.1", &[b"198.51.100.7 , ,"]), "198.51.100.7");
    }

    #[test]
    fn what_cannot_be_read_is_nobody_that_is_known() {
        for line in [
            b"junk".as_slice(),
            b"\xff",
            b"198.51.100.7, \xff",
            b"198.51.100.7, unknown",
            b"198.51.100.7:x",
            b"[198.51.100.7]",
            b"[2001:db8::7",
            b"198.51.100.7 6.6.6.6",
            b"",
            b" , ",
        ] {
            assert_eq!(origin("10.0.0.1", &[line]), "unknown", "{line:?}");
            assert_eq!(origin("127.0.0.1", &[line]), "unknown", "{line:?}");
        }
        // Further left is the client's invention, readable or not.
        assert_eq!(
            origin("10.0.0.1", &[b"\xff, junk, 198.51.100.7"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn this_machine_is_who_forwards_for_nobody() {
        assert_eq!(origin("127.0.0.1", &[]), "here 127.0.0.1");
        assert_eq!(origin("::1", &[]), "here ::1");
        assert_eq!(origin("::1", &[b"198.51.100.7"]), "::1");
        assert_eq!(origin("127.0.0.1", &[b"127.0.0.1"]), "127.0.0.1");
    }
}
