//! The answer that a browser carries back to the client (endpoints.md 1.4, 1.5; RFC 6749 sections 4.1.2, 4.2.2).

use crate::errors::oauth::OAuthError;

/// The way in which the answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// As a form that the browser posts.
    FormPost,
}

/// An answer: parameters for a redirect URI. The values are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// One of the client's callback URLs.
    pub redirect_uri: String,
    /// The way.
    pub mode: ReplyMode,
    /// Names and values in their order, not encoded.
    pub parameters: Vec<(&'static str, String)>,
    /// True for a refusal that a page of this server says in the place of the client ([`ReplyTo::to_stranger`]).
    pub is_kept: bool,
}

/// The place to which an answer goes, and what every answer there says.
#[derive(Clone, Copy)]
pub struct ReplyTo<'a> {
    /// One of the client's callback URLs.
    pub redirect_uri: &'a str,
    /// The way.
    pub mode: ReplyMode,
    /// `state`, byte for byte.
    pub state: Option<&'a str>,
    /// `iss` (RFC 9207), by which a client with several servers tells their answers apart.
    pub issuer: &'a str,
    /// True for a site of a client that nobody vouches for: a browser goes there with what its user let the client have, and
    /// with nothing else. Otherwise a link to this server would lead wherever somebody registers (RFC 9700 section 4.11.2).
    pub to_stranger: bool,
}

impl ReplyTo<'_> {
    /// Returns an answer with these parameters before `state` and `iss`.
    #[must_use]
    pub fn reply(self, mut parameters: Vec<(&'static str, String)>) -> Reply {
        parameters.extend(self.state.map(|state| ("state", state.to_owned())));
        parameters.push(("iss", self.issuer.to_owned()));
        Reply {
            redirect_uri: self.redirect_uri.to_owned(),
            mode: self.mode,
            parameters,
            is_kept: false,
        }
    }

    /// Returns a refusal, in the service's order: `error_description`, `state`, `error` (endpoints.md 1.4).
    #[must_use]
    pub fn refusal(self, refusal: &OAuthError) -> Reply {
        let mut parameters = Vec::new();
        if let Some(description) = &refusal.description {
            parameters.push(("error_description", description.clone().into_owned()));
        }
        parameters.extend(self.state.map(|state| ("state", state.to_owned())));
        parameters.push(("error", refusal.error.to_owned()));
        parameters.push(("iss", self.issuer.to_owned()));
        Reply {
            redirect_uri: self.redirect_uri.to_owned(),
            mode: self.mode,
            parameters,
            is_kept: self.to_stranger,
        }
    }
}

impl Reply {
    /// Returns a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(own, _)| *own == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for Reply {
    /// Prints the names alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.parameters.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}
