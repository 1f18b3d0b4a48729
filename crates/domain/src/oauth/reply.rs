//! The answer that a browser carries back to the client (endpoints.md 1.4, 1.5; RFC 6749 sections 4.1.2, 4.2.2).

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
}

impl std::fmt::Debug for Reply {
    /// Prints the names alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.parameters.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}
