//! URLs that are ids of clients (agents.md 2): https, a host, a path, no user name, no fragment, no dots that mean another
//! path. They are compared character by character, so that nothing of them is brought into another form.

use std::net::{IpAddr, Ipv6Addr};

/// The fewest bytes (agents.md 1.2).
const SHORTEST: usize = 12;
/// The most bytes.
const LONGEST: usize = 256;

/// The schemes that an id of a client may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schemes {
    /// `https` alone.
    Https,
    /// `http` too, on this machine: for who tries a client out.
    HttpOnLoopback,
}

/// The URL of a document, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentUrl<'a> {
    /// The whole URL.
    pub text: &'a str,
    /// Host and port as they are written.
    pub authority: &'a str,
    /// The host as it is written, an IPv6 address in brackets.
    pub host: &'a str,
    /// Path and query.
    pub path: &'a str,
}

/// True if the id of a client is meant as a URL: no id that the server makes has a colon (agents.md 2).
pub fn is_url(client_id: &str) -> bool {
    client_id.contains(':')
}

/// Returns the host of a URL that is the id of a client; nothing for another text.
pub fn host(text: &str) -> &str {
    DocumentUrl::parse(text, Schemes::HttpOnLoopback).map_or("", |url| url.host)
}

impl<'a> DocumentUrl<'a> {
    /// Takes a URL apart; None for one that is no id of a client.
    pub fn parse(text: &'a str, schemes: Schemes) -> Option<Self> {
        if !(SHORTEST..=LONGEST).contains(&text.len()) || !text.bytes().all(is_of_urls) {
            return None;
        }
        let (rest, is_secure) = match text.strip_prefix("https://") {
            Some(rest) => (rest, true),
            None => (text.strip_prefix("http://")?, false),
        };
        let (authority, path) = rest.split_at(rest.find('/')?);
        let host = host_of(authority)?;
        let is_allowed = is_secure || (schemes == Schemes::HttpOnLoopback && is_loopback(host));
        let (segments, query) = path.split_once('?').unwrap_or((path, ""));
        // The root is nobody's document: clients refuse it, too.
        let fits = is_allowed
            && segments.len() > 1
            && !segments.split('/').any(is_dots)
            && is_encoded(segments)
            && is_encoded(query);
        fits.then_some(Self {
            text,
            authority,
            host,
            path,
        })
    }

    /// True for a URL of https.
    pub fn is_secure(&self) -> bool {
        self.text.starts_with("https:")
    }
}

/// True for a byte that a URL without a fragment may have (RFC 3986 section 2).
fn is_of_urls(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&b)
}

/// Returns the host of an authority; None for one with a user name, or that is none.
fn host_of(authority: &str) -> Option<&str> {
    if authority.contains('@') {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let literal = rest.split_once(']')?.0;
            literal.parse::<Ipv6Addr>().ok()?;
            authority.split_at(literal.len().saturating_add(2))
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            authority.split_at(end)
        }
    };
    let port = match port {
        "" => None,
        port => Some(port.strip_prefix(':')?),
    };
    let is_port = |port: &str| {
        let digits = port.bytes().all(|b| b.is_ascii_digit());
        digits && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    let is_name = host.starts_with('[') || is_name(host);
    (is_name && port.is_none_or(is_port)).then_some(host)
}

/// True for a name of labels that are letters, digits and hyphens, or an IPv4 address. Names in other scripts stand in
/// their form `xn--`.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    host.split('.').all(is_label)
}

/// True for `.` and `..`, also where their dots are encoded.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

/// True if each `%` begins a byte, and brackets are in the host alone.
fn is_encoded(text: &str) -> bool {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default();
    let is_plain = |text: &str| !text.contains(['[', ']']);
    is_plain(first)
        && parts.all(|part| {
            let digits = part.bytes().take(2);
            digits.clone().count() == 2
                && digits.clone().all(|b| b.is_ascii_hexdigit())
                && is_plain(part)
        })
}

/// True if a host is this machine, as a URL writes it.
pub fn is_loopback(host: &str) -> bool {
    let literal = host.trim_matches(['[', ']']);
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_urls_of_documents() {
        for good in [
            "https://a.example/c",
            "https://claude.ai/oauth/claude-code-client-metadata",
            "https://A.Example:8443/c/",
            "https://a.example/c?v=1",
            "https://a.example/%7Ejane/..c/...",
            "https://xn--exmple-cua.example/c",
            "https://192.0.2.1/c",
            "https://[2001:db8::1]:443/c",
            "https://a.example//",
            "https://a.example/a@b:c*",
        ] {
            let url = DocumentUrl::parse(good, Schemes::Https);
            assert!(url.is_some_and(|url| url.is_secure()), "{good}");
        }
        for bad in [
            "",
            "https://a.example",
            "https://a.example/",
            "https://a.example/?x=1",
            "https://a.example?x=/1",
            "https:///client",
            "https://jane@a.example/c",
            "https://a.example@b.example/c",
            "https://a.example/c#",
            "https://a.example/./c",
            "https://a.example/b/../c",
            "https://a.example/b/%2E./c",
            "https://a.example/b/%2e%2e",
            "https://a.example/b/..",
            "https://a.example:/c",
            "https://a.example:0/c",
            "https://a.example:65536/c",
            "https://a.example:+80/c",
            "https://a.example:80:80/c",
            "https://a..example/c",
            "https://a.example./c",
            "https://*.example/c",
            "https://ex\u{e4}mple.example/c",
            "https://a.example/\u{e4}",
            "https://a.example/a b",
            "https://a.example/%",
            "https://a.example/%4",
            "https://a.example/%zz",
            "https://a.example/[c]",
            "https://a.example\\@b.example/c",
            "https://[::1/client",
            "https://[::1]x/client",
            "https://[fe80::1%25eth0]/client",
            "HTTPS://a.example/c",
            "http://a.example/c",
            "http://localhost/c",
            "ftp://a.example/c",
            "//a.example/client",
            &format!("https://a.example/{}", "c".repeat(239)),
        ] {
            assert_eq!(DocumentUrl::parse(bad, Schemes::Https), None, "{bad}");
        }
    }

    #[test]
    fn http_is_for_this_machine_alone() {
        for (url, is_good) in [
            ("http://localhost:8000/c", true),
            ("http://127.0.0.1:8000/c", true),
            ("http://[::1]:8000/c", true),
            ("http://localhost.example/c", false),
            ("http://a.example/client", false),
            ("http://10.0.0.1/client", false),
            ("http://localhost@a.example/c", false),
        ] {
            let found = DocumentUrl::parse(url, Schemes::HttpOnLoopback);
            assert_eq!(found.is_some(), is_good, "{url}");
        }
    }

    #[test]
    fn the_parts_stand_as_they_were_written() {
        let url = DocumentUrl::parse("https://[2001:DB8::1]:8443/c?x", Schemes::Https);
        let url = url.unwrap();
        assert_eq!(
            (url.host, url.authority, url.path),
            ("[2001:DB8::1]", "[2001:DB8::1]:8443", "/c?x")
        );
    }
}
