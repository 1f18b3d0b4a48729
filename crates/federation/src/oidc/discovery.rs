//! Discovery documents (OpenID Connect Discovery 1.0, sections 3 and 4).

use serde::Deserialize;

/// The endpoints of a provider that a relying party calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The authorization endpoint, to which the browser is sent.
    pub authorization: String,
    /// The token endpoint, which exchanges codes for tokens.
    pub token: String,
    /// The userinfo endpoint, which is asked for claims.
    pub userinfo: String,
    /// The URL of the keys.
    pub jwks: String,
}

/// Why a document is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// It is not JSON, or an endpoint is missing.
    #[error("the discovery document is incomplete")]
    Incomplete,
    /// It speaks for another issuer, whose keys must not be trusted for this one (section 4.3).
    #[error("the discovery document is of another issuer")]
    OtherIssuer,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
}

/// Returns the URL of an issuer's document (section 4.1).
#[must_use]
pub fn url(issuer: &str) -> String {
    format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    )
}

/// Returns the endpoints in the document of `issuer`. Issuers that differ by a slash at the end are the same here, as
/// administrators write them both ways; what a token says is compared elsewhere.
///
/// # Errors
/// [`DiscoveryError`].
pub fn parse(issuer: &str, body: &[u8]) -> Result<Endpoints, DiscoveryError> {
    let document: Document =
        serde_json::from_slice(body).map_err(|_| DiscoveryError::Incomplete)?;
    if document.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(DiscoveryError::OtherIssuer);
    }
    Ok(Endpoints {
        authorization: document.authorization_endpoint,
        token: document.token_endpoint,
        userinfo: document.userinfo_endpoint,
        jwks: document.jwks_uri,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(issuer: &str) -> Vec<u8> {
        serde_json::json!({
            "issuer": issuer, "authorization_endpoint": "https://a/1", "token_endpoint": "https://a/2",
            "userinfo_endpoint": "https://a/3", "jwks_uri": "https://a/4", "more": [1],
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn a_document_gives_its_endpoints() {
        let found = parse(
            "https://idp.example.com",
            &document("https://idp.example.com/"),
        );
        let (authorization, token) = ("https://a/1".into(), "https://a/2".into());
        let (userinfo, jwks) = ("https://a/3".into(), "https://a/4".into());
        assert_eq!(
            found,
            Ok(Endpoints {
                authorization,
                token,
                userinfo,
                jwks
            })
        );
        assert_eq!(
            url("https://idp.example.com/x/"),
            "https://idp.example.com/x/.well-known/openid-configuration"
        );
    }

    #[test]
    fn a_document_of_another_issuer_or_without_an_endpoint_is_refused() {
        let other = parse(
            "https://idp.example.com",
            &document("https://evil.example.com"),
        );
        assert_eq!(other, Err(DiscoveryError::OtherIssuer));
        let none = parse(
            "https://idp.example.com",
            b"{\"issuer\":\"https://idp.example.com\"}",
        );
        assert_eq!(none, Err(DiscoveryError::Incomplete));
        assert_eq!(parse("x", b"<html>"), Err(DiscoveryError::Incomplete));
    }
}
