//! What a provider's documents and tokens say, for explanations to an administrator. Nothing here decides anything, and
//! nothing of a token that was read here is verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::json;
use crate::oidc::id_token::LONGEST;

/// The members of a discovery document without which it is of no use (OpenID Connect Discovery 1.0 section 3).
pub const NEEDED: [&str; 5] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
];

/// A discovery document as it stands.
#[derive(Clone, Debug)]
pub struct Document(Map<String, Value>);

impl Document {
    /// Reads a document; None if it is no JSON object, or gives a member twice.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        json::object(body).ok().map(Self)
    }

    /// Returns a member that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Returns the texts of a member that is a list; None if it is not there or no list.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        let list = self.0.get(name)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).collect())
    }

    /// Returns a member that is true or false; false if it is neither.
    #[must_use]
    pub fn says(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// The header and the payload of a token. Anybody may have written them.
#[derive(Clone, Debug)]
pub struct Unverified {
    /// The header.
    pub header: Map<String, Value>,
    /// The payload; empty if it is no JSON object.
    pub payload: Map<String, Value>,
}

/// Reads a token without looking at its signature; None if its header cannot be read.
#[must_use]
pub fn token(text: &str) -> Option<Unverified> {
    if text.len() > LONGEST {
        return None;
    }
    let mut parts = text.split('.');
    let mut part = || json::object(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    let header = part()?;
    Some(Unverified {
        header,
        payload: part().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_without_its_signature() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let (header, payload) = (encode(r#"{"alg":"none"}"#), encode(r#"{"iss":"x"}"#));
        let read = token(&format!("{header}.{payload}.")).unwrap();
        assert_eq!(read.header["alg"], "none");
        assert_eq!(read.payload["iss"], "x");
        let read = token(&format!("{header}.!.")).unwrap();
        assert!(read.payload.is_empty());
        for text in [
            "",
            "a.b.c",
            &format!("{}.x.y", encode("[]")),
            &"x".repeat(65_537),
        ] {
            assert!(token(text).is_none());
        }
    }

    #[test]
    fn a_document_is_read_as_it_stands() {
        let body = br#"{"issuer":"i","list":["a",1,"b"],"yes":true,"word":"x"}"#;
        let read = Document::read(body).unwrap();
        assert_eq!((read.text("issuer"), read.text("list")), (Some("i"), None));
        assert_eq!(read.list("list"), Some(vec!["a", "b"]));
        assert_eq!((read.list("word"), read.list("none")), (None, None));
        assert!(read.says("yes") && !read.says("word") && !read.says("none"));
        assert!(Document::read(b"<html>").is_none());
        assert!(Document::read(br#"{"a":1,"a":2}"#).is_none());
    }
}
