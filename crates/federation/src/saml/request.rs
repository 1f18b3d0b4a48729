//! Our requests to sign in, and messages in URLs (SAML 2.0 Core section 3.4.1, Bindings section 3.4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::jws::SigningKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::instant;
use super::message::escape;
use super::names::{ASSERTION, POST, PROTOCOL, RSA_SHA256};

/// The most bytes of a stored block (RFC 1951 section 3.2.4).
const BLOCK: usize = 65_535;
/// The characters of a query that are written as they are (RFC 3986 section 2.3).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A request to sign in a user.
#[derive(Debug, Clone, Copy)]
pub struct Authn<'a> {
    /// Its ID, `_` and a UUID; an answer names it.
    pub id: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// The provider's URL that it is sent to.
    pub destination: &'a str,
    /// Our URL that the answer is posted to.
    pub acs: &'a str,
    /// Our name, `urn:amazon:cognito:sp:POOL`.
    pub issuer: &'a str,
    /// True if a session at the provider is not enough and the user has to sign in again.
    pub force: bool,
}

/// Returns the document. It asks for no format of names: the provider's settings decide (endpoints.md 4.4).
#[must_use]
pub fn authn(request: &Authn<'_>) -> String {
    format!(
        r#"<samlp:AuthnRequest xmlns:samlp="{PROTOCOL}" ID="{}" Version="2.0" IssueInstant="{}" Destination="{}"{} ProtocolBinding="{POST}" AssertionConsumerServiceURL="{}"><saml:Issuer xmlns:saml="{ASSERTION}">{}</saml:Issuer></samlp:AuthnRequest>"#,
        escape(request.id),
        instant::format(request.now),
        escape(request.destination),
        if request.force {
            r#" ForceAuthn="true""#
        } else {
            ""
        },
        escape(request.acs),
        escape(request.issuer),
    )
}

/// A document on its way to a provider.
#[derive(Debug, Clone, Copy)]
pub enum Message<'a> {
    /// A request.
    Request(&'a str),
    /// An answer to a request of the provider's.
    Response(&'a str),
}

/// Returns the URL that takes a message to the provider's URL `to`. `relay`: comes back with the answer; empty is none.
/// Signed are exactly the octets of the query, as they stand in the URL (section 3.4.4.1).
#[must_use]
pub fn redirect(
    to: &str,
    message: Message<'_>,
    relay: &str,
    signer: Option<&SigningKey>,
) -> String {
    let (name, document) = match message {
        Message::Request(document) => ("SAMLRequest", document),
        Message::Response(document) => ("SAMLResponse", document),
    };
    // A blank as in forms: some providers encode anew what they verify, and write it so (pysaml2, PHP, Java).
    let encode = |text: &str| {
        utf8_percent_encode(text, PLAIN)
            .to_string()
            .replace("%20", "+")
    };
    let mut query = format!(
        "{name}={}",
        encode(&STANDARD.encode(stored(document.as_bytes())))
    );
    if !relay.is_empty() {
        query.push_str("&RelayState=");
        query.push_str(&encode(relay));
    }
    if let Some(key) = signer {
        query.push_str("&SigAlg=");
        query.push_str(&encode(RSA_SHA256));
        let signature = STANDARD.encode(key.sign(query.as_bytes()));
        query.push_str("&Signature=");
        query.push_str(&encode(&signature));
    }
    let to = to.split_once('#').map_or(to, |(before, _)| before);
    let joint = match to.split_once('?') {
        None => "?",
        Some((_, rest)) if rest.is_empty() || rest.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{to}{joint}{query}")
}

/// Returns the bytes in DEFLATE's stored blocks, which need no compressor.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let count = bytes.len().div_ceil(BLOCK).max(1);
    let mut out = Vec::with_capacity(bytes.len() + count * 5);
    for number in 0..count {
        let block = bytes.get(number * BLOCK..).unwrap_or_default();
        let block = block.get(..BLOCK).unwrap_or(block);
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(number + 1 == count));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;

    fn parameters(url: &str) -> Vec<(String, String)> {
        let (_, query) = url.split_once('?').unwrap();
        let decoded = |text: &str| {
            let text = text.replace('+', " ");
            let text = percent_decode_str(&text).decode_utf8();
            text.unwrap().into_owned()
        };
        query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect()
    }

    /// Takes stored blocks apart.
    fn inflated(mut bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        loop {
            let (head, rest) = bytes.split_first_chunk::<5>().unwrap();
            let length = u16::from_le_bytes([head[1], head[2]]);
            assert_eq!(length, !u16::from_le_bytes([head[3], head[4]]));
            let (block, rest) = rest.split_at(length.into());
            out.extend_from_slice(block);
            bytes = rest;
            if head[0] == 1 {
                assert!(bytes.is_empty());
                return out;
            }
            assert_eq!(head[0], 0);
        }
    }

    #[test]
    fn a_request_says_what_it_must() {
        let mut request = Authn {
            id: "_1",
            now: 1_597_807_589,
            destination: "https://idp.example/sso?a=1&b=\"2\"",
            acs: "https://auth.example/saml2/idpresponse",
            issuer: "urn:amazon:cognito:sp:us-east-1_abc",
            force: false,
        };
        let text = authn(&request);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        assert!(root.has_tag_name((PROTOCOL, "AuthnRequest")));
        for (name, value) in [
            ("ID", Some("_1")),
            ("Version", Some("2.0")),
            ("IssueInstant", Some("2020-08-19T03:26:29Z")),
            ("Destination", Some(request.destination)),
            ("ProtocolBinding", Some(POST)),
            ("AssertionConsumerServiceURL", Some(request.acs)),
            ("ForceAuthn", None),
        ] {
            assert_eq!(root.attribute(name), value);
        }
        let issuer = root.first_element_child().unwrap();
        assert!(issuer.has_tag_name((ASSERTION, "Issuer")));
        assert_eq!(issuer.text(), Some(request.issuer));
        assert_eq!(issuer.next_sibling(), None);
        request.force = true;
        assert!(authn(&request).contains(r#" ForceAuthn="true""#));
    }

    #[test]
    fn a_url_carries_the_document_and_the_signature_covers_its_query() {
        let key = SigningKey::generate();
        for length in [0, 1, 1_000, 65_535, 65_536, 200_000] {
            let document: String = "<é&+/=>".chars().cycle().take(length).collect();
            let url = redirect(
                "https://idp.example/sso",
                Message::Request(&document),
                "a b&c=%",
                Some(&key),
            );
            let found = parameters(&url);
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["SAMLRequest", "RelayState", "SigAlg", "Signature"]);
            let bytes = STANDARD.decode(&found[0].1).unwrap();
            assert_eq!(inflated(&bytes), document.as_bytes());
            assert_eq!(
                (found[1].1.as_str(), found[2].1.as_str()),
                ("a b&c=%", RSA_SHA256)
            );
            assert!(url.contains("&RelayState=a+b%26c%3D%25&"), "{url}");
            let (query, _) = url.split_once("&Signature=").unwrap();
            let (_, query) = query.split_once('?').unwrap();
            let signature = STANDARD.decode(&found[3].1).unwrap();
            assert!(key.public().verify(query.as_bytes(), &signature));
        }
    }

    #[test]
    fn a_url_is_joined_to_what_the_provider_has() {
        for (to, start) in [
            (
                "https://idp.example/sso",
                "https://idp.example/sso?SAMLResponse=",
            ),
            (
                "https://idp.example/?a=b",
                "https://idp.example/?a=b&SAMLResponse=",
            ),
            (
                "https://idp.example/?",
                "https://idp.example/?SAMLResponse=",
            ),
            (
                "https://idp.example/?a&",
                "https://idp.example/?a&SAMLResponse=",
            ),
            (
                "https://idp.example/#x",
                "https://idp.example/?SAMLResponse=",
            ),
        ] {
            let url = redirect(to, Message::Response("<a/>"), "", None);
            assert!(url.starts_with(start), "{url}");
            assert!(!url.contains("RelayState") && !url.contains("SigAlg"));
        }
    }
}
