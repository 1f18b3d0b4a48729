//! A host as requests, origins and settings write it: parsed once, whole, or refused.
//!
//! Comparisons and URLs use the parsed form, so that no spelling counts as another host: neither
//! `id.example:evil.example` nor `[id.example].evil.example` nor `[::1].evil.example`. RFC 3986 section 3.2.2 and 3.2.3,
//! without user information, percent-encoding and addresses in other than the usual forms.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host, and the port if one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    name: Name,
    port: Option<u16>,
}

/// A registered name in lower case without a dot at the end, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Text(String),
    Address(IpAddr),
}

impl Host {
    /// Parses `name`, `name:port`, `192.0.2.1:port`, `[2001:db8::1]:port`; None for everything else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, after) = rest.split_once(']')?;
            let address = address.parse::<Ipv6Addr>().ok()?;
            let port = match after {
                "" => None,
                after => Some(port(after.strip_prefix(':')?)?),
            };
            let name = Name::Address(IpAddr::V6(address));
            return Some(Self { name, port });
        }
        let (name, port) = match text.split_once(':') {
            Some((name, digits)) => (name, Some(port(digits)?)),
            None => (text, None),
        };
        let name = registered(name)?;
        Some(Self { name, port })
    }

    /// Returns the port that is named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns the same host with another port, or without one.
    #[must_use]
    pub fn with_port(&self, port: Option<u16>) -> Self {
        Self {
            name: self.name.clone(),
            port,
        }
    }

    /// Returns the same host without the port that `scheme` has anyway.
    #[must_use]
    pub fn within(&self, scheme: &str) -> Self {
        let usual = default_port(scheme);
        self.with_port(self.port.filter(|port| Some(*port) != usual))
    }

    /// True if both are the same name or address, whatever the ports.
    pub fn is_same_name(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// True if it is a name and no address.
    pub fn is_name(&self) -> bool {
        matches!(self.name, Name::Text(_))
    }

    /// True if it can only mean this machine.
    pub fn is_loopback(&self) -> bool {
        match &self.name {
            Name::Text(name) => name == "localhost" || name.ends_with(".localhost"),
            Name::Address(address) => address.to_canonical().is_loopback(),
        }
    }
}

/// Returns the port that a URL of this scheme need not name.
pub fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Name::Text(name) => f.write_str(name)?,
            Name::Address(IpAddr::V4(address)) => write!(f, "{address}")?,
            Name::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Parses a port of one to five digits.
fn port(digits: &str) -> Option<u16> {
    let plain = matches!(digits.len(), 1..=5) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Parses a name of labels, or an IPv4 address. A name whose last label is a number could be read as an address in an old
/// form (`127.1`, `0x7f000001`), so it is refused unless it is an address in the usual form.
fn registered(text: &str) -> Option<Name> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        matches!(label.len(), 1..=63) && label.bytes().all(plain)
    };
    if text.len() > 253 || !text.split('.').all(label) {
        return None;
    }
    let last = text.rsplit('.').next().unwrap_or(text);
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let number = last.bytes().all(|b| b.is_ascii_digit())
        || hexadecimal.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    if number {
        let address = text.parse::<Ipv4Addr>().ok()?;
        return Some(Name::Address(IpAddr::V4(address)));
    }
    Some(Name::Text(text.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_in_one_form() {
        for (text, shown) in [
            ("localhost", "localhost"),
            ("ID.Example", "id.example"),
            ("id.example.", "id.example"),
            ("id.example.:9229", "id.example:9229"),
            ("my_service:80", "my_service:80"),
            ("192.0.2.1:8080", "192.0.2.1:8080"),
            ("[::1]", "[::1]"),
            ("[2001:DB8:0::1]:65535", "[2001:db8::1]:65535"),
            ("id.example:00080", "id.example:80"),
            ("0x.example", "0x.example"),
        ] {
            let host = Host::parse(text).unwrap();
            assert_eq!(host.to_string(), shown);
            assert_eq!(Host::parse(shown), Some(host));
        }
    }

    #[test]
    fn what_is_no_host_is_refused_whole() {
        for text in [
            "",
            ".",
            "a..b",
            ".a",
            "a..",
            ":80",
            "a:",
            "a:x",
            "a:80x",
            "a:65536",
            "a:000080",
            "a:+80",
            "id.example:evil.example",
            "id.example:80:90",
            "[id.example].evil.example",
            "[::1].evil.example",
            "[::1]evil",
            "[::1]:",
            "[::1",
            "::1",
            "[::1%25eth0]",
            "[127.0.0.1]",
            "a@b",
            "a/b",
            "a b",
            "a\tb",
            "a%2eb",
            "é.example",
            "127.1",
            "1",
            "127.0.0.256",
            "127.0.0.1.2",
            "0x7f000001",
            "a.0x7f",
            "010.0.0.1",
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
        let long = "a".repeat(64);
        assert_eq!(Host::parse(&long), None);
        assert_eq!(Host::parse(&"a.".repeat(200)), None);
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is = |text| Host::parse(text).unwrap().is_loopback();
        for text in [
            "localhost",
            "LOCALHOST.:1",
            "x.localhost",
            "127.9.9.9",
            "[::1]:9229",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "evillocalhost",
        ] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn a_port_that_the_scheme_has_anyway_is_left_out() {
        let within = |text, scheme| Host::parse(text).unwrap().within(scheme).to_string();
        assert_eq!(within("a:443", "https"), "a");
        assert_eq!(within("a:443", "http"), "a:443");
        assert_eq!(within("a:80", "http"), "a");
        assert_eq!(within("a", "http"), "a");
    }
}
