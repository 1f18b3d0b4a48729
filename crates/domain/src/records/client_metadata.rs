//! What is known of a client that names itself by the URL of a document (agents.md 1.3).

use serde::{Deserialize, Serialize};

/// The hosts of a client on the user's own machine (agents.md 2).
const OWN_MACHINE: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// What is kept of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// What the client calls itself, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where its answers may go.
    pub redirect_uris: Vec<String>,
    /// The scopes that it may have; None for any of the app client's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// True if it may have codes.
    pub code: bool,
    /// True if it may have refresh tokens.
    pub refresh: bool,
}

/// A client that names itself by a URL, beside the app client whose settings it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfDocument {
    /// The URL.
    pub url: String,
    /// What the document says; None where it is not needed, and not looked at.
    pub metadata: Option<Metadata>,
}

/// A redirect URI on the user's own machine.
#[derive(PartialEq, Eq)]
struct OwnMachine<'a> {
    host: &'a str,
    /// Path and query.
    rest: &'a str,
}

impl<'a> OwnMachine<'a> {
    /// Takes a URI apart, without its port; None for one that is elsewhere.
    fn parse(uri: &'a str) -> Option<Self> {
        let text = uri.strip_prefix("http://")?;
        let (authority, rest) = text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()));
        let host = OWN_MACHINE
            .into_iter()
            .find(|host| authority.starts_with(host))?;
        let port = authority.strip_prefix(host)?;
        let is_port = |port: &str| {
            let digits = port.bytes().all(|b| b.is_ascii_digit());
            digits && port.parse::<u16>().is_ok()
        };
        let fits = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        fits.then_some(Self { host, rest })
    }
}

/// True if two redirect URIs on the user's own machine differ by the port alone, which a program learns when it starts (RFC
/// 8252 section 7.3).
pub fn is_same_but_for_the_port(registered: &str, uri: &str) -> bool {
    let given = OwnMachine::parse(uri);
    given.is_some() && OwnMachine::parse(registered) == given
}

/// True if a redirect URI leads to the user's own machine.
pub fn is_on_own_machine(uri: &str) -> bool {
    OwnMachine::parse(uri).is_some()
}

impl Metadata {
    /// True if an answer may go to a redirect URI: it is one of the document's, character by character, or it differs from
    /// one on the user's own machine by its port alone, which a program learns when it starts (agents.md 2).
    pub fn has_redirect(&self, uri: &str) -> bool {
        self.redirect_uris
            .iter()
            .any(|own| own == uri || is_same_but_for_the_port(own, uri))
    }

    /// True if every redirect URI leads to the user's own machine: any program there can say that it is this client.
    pub fn is_on_own_machine_alone(&self) -> bool {
        self.redirect_uris.iter().all(|uri| is_on_own_machine(uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_users_own_machine_the_port_is_not_compared() {
        let of = |uris: &[&str]| Metadata {
            redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
            ..Metadata::default()
        };
        let metadata = of(&[
            "http://localhost/cb",
            "http://127.0.0.1:33418/cb?a",
            "http://[::1]",
            "https://a.example/cb",
            "https://localhost/cb",
            "app://localhost/cb",
        ]);
        for good in [
            "http://localhost/cb",
            "http://localhost:1/cb",
            "http://localhost:65535/cb",
            "http://127.0.0.1/cb?a",
            "http://127.0.0.1:8000/cb?a",
            "http://[::1]:8000",
            "https://a.example/cb",
            "https://localhost/cb",
            "app://localhost/cb",
        ] {
            assert!(metadata.has_redirect(good), "{good}");
        }
        for bad in [
            "http://localhost:1/cb/",
            "http://localhost:1/cb?",
            "http://localhost:1/CB",
            "http://localhost:1/cb#x",
            "http://LOCALHOST:1/cb",
            "http://127.0.0.1:1/cb",
            "http://127.0.0.2:1/cb?a",
            "http://127.1/cb?a",
            "http://[::1]:8000/",
            "http://[0::1]:8000",
            "http://localhost:/cb",
            "http://localhost:x/cb",
            "http://localhost:65536/cb",
            "http://localhost:1@a.example/cb",
            "http://localhost.a.example/cb",
            "http://localhost\\@a.example/cb",
            "https://localhost:1/cb",
            "https://a.example:443/cb",
            "app://localhost:1/cb",
            "",
        ] {
            assert!(!metadata.has_redirect(bad), "{bad}");
        }
        assert!(!metadata.is_on_own_machine_alone());
        assert!(of(&["http://localhost/cb", "http://[::1]:1/x"]).is_on_own_machine_alone());
    }
}
