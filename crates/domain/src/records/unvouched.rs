//! Clients that nobody at the pool vouches for: they told about themselves what is known of them. Their users are asked before
//! they get anything (agents.md 2).

use cognate_crypto::hash;
use serde::Serialize;

/// How the pool knows such a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum UnvouchedKind {
    /// It names itself by the URL of a document.
    Document,
    /// It registered itself, and nobody had to allow it.
    Registered,
}

/// Such a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unvouched {
    /// How the pool knows it.
    pub kind: UnvouchedKind,
    /// Its id, for which consent is remembered: the URL, or the id of the app client.
    pub id: String,
    /// What it calls itself, as text to show: anybody can call themselves anything.
    pub name: Option<String>,
    /// The host of its URL in ASCII: who wrote the document. None for one that registered itself.
    pub host: Option<String>,
    /// True if its answers can only go to the user's own machine, where any program can say that it is this client.
    pub own_machine_alone: bool,
    /// A digest of what a user relies on who lets it in. Where it changes, the user is asked again.
    pub edition: String,
}

/// What a client says of itself that makes its [`Unvouched::edition`].
#[derive(Serialize)]
pub struct Said<'a> {
    /// What it calls itself.
    pub name: Option<&'a str>,
    /// Where its answers may go.
    pub redirect_uris: &'a [String],
    /// The scopes that it says it may ask for; None without a word about them.
    pub scopes: Option<&'a [String]>,
}

impl Said<'_> {
    /// Returns the digest.
    #[must_use]
    pub fn edition(&self) -> String {
        // A struct of texts always becomes JSON.
        let json = serde_json::to_string(self).unwrap_or_default();
        hex::encode(hash::sha256(json.as_bytes()))
    }
}

/// Returns where an answer goes in words that a user can judge, in ASCII: the host of a site, or the beginning of the URLs of
/// an application.
#[must_use]
pub fn place(redirect_uri: &str) -> String {
    let (scheme, rest) = redirect_uri.split_once(':').unwrap_or(("", redirect_uri));
    let is_site = ["http", "https"]
        .iter()
        .any(|site| scheme.eq_ignore_ascii_case(site));
    if !is_site {
        return format!("{}:", scheme.to_ascii_lowercase());
    }
    let authority = rest.trim_start_matches('/');
    let authority = authority
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default();
    // What is in front of `@` is no host, and made to look like one.
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(literal) => literal
            .split_once(']')
            .map_or(host.to_owned(), |(literal, _)| format!("[{literal}]")),
        None => host.split(':').next().unwrap_or_default().to_owned(),
    };
    percent_encoding::utf8_percent_encode(&host, percent_encoding::CONTROLS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_host_or_the_scheme() {
        for (uri, shown) in [
            ("https://a.example/cb", "a.example"),
            ("https://a.example:8443?x", "a.example"),
            ("HTTP://localhost:8000/cb", "localhost"),
            ("http://127.0.0.1/cb", "127.0.0.1"),
            ("http://[::1]:80/cb", "[::1]"),
            ("https://good.example@evil.example/cb", "evil.example"),
            ("https://evil.example\\@good.example/cb", "evil.example"),
            ("https://xn--exmple-cua.example/", "xn--exmple-cua.example"),
            ("https://ex\u{e4}mple.example/", "ex%C3%A4mple.example"),
            ("cursor://anysphere.cursor-mcp/oauth/callback", "cursor:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(place(uri), shown, "{uri}");
        }
    }

    #[test]
    fn an_edition_is_that_of_name_places_and_scopes() {
        let uris = ["https://a.example/cb".to_owned()];
        let scopes = ["openid".to_owned()];
        let said = |name, uris, scopes| {
            Said {
                name,
                redirect_uris: uris,
                scopes,
            }
            .edition()
        };
        let first = said(Some("A"), &uris[..], Some(&scopes[..]));
        assert_eq!(said(Some("A"), &uris[..], Some(&scopes[..])), first);
        for other in [
            said(Some("B"), &uris[..], Some(&scopes[..])),
            said(None, &uris[..], Some(&scopes[..])),
            said(Some("A"), &[], Some(&scopes[..])),
            said(Some("A"), &uris[..], None),
            said(Some("A"), &uris[..], Some(&[])),
        ] {
            assert_ne!(other, first);
        }
    }
}
