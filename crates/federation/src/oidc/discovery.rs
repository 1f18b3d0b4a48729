//! Discovery documents (OpenID Connect Discovery 1.0, sections 3 and 4).

use serde::Deserialize;

/// The endpoints of a provider that a relying party calls, and what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The issuer as the provider writes it, which is how its tokens have it: with or without a slash at the end.
    pub issuer: String,
    /// The authorization endpoint, to which the browser is sent.
    pub authorization: String,
    /// The token endpoint, which exchanges codes for tokens.
    pub token: String,
    /// The userinfo endpoint, which is asked for claims.
    pub userinfo: String,
    /// The URL of the keys.
    pub jwks: String,
    /// The provider takes a PKCE challenge by S256 (RFC 8414 section 2).
    pub pkce: bool,
    /// Answers to the browser name the issuer (RFC 9207 section 3).
    pub names_itself: bool,
    /// The token endpoint takes a client's secret in a header and in no other way: `client_secret_basic` is listed, and
    /// `client_secret_post`, which is used else, is not.
    pub basic: bool,
}

/// Why a document is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// It is not JSON, or an endpoint is missing.
    #[error("the discovery document is incomplete")]
    Incomplete,
    /// It is for every tenant of a provider (`common` of Microsoft Entra ID), so no token will name its issuer.
    #[error("the discovery document is that of all tenants; use the issuer of one tenant")]
    AllTenants,
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
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: Option<bool>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
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
/// administrators write them both ways; a token is compared with what the document says.
///
/// # Errors
/// [`DiscoveryError`].
pub fn parse(issuer: &str, body: &[u8]) -> Result<Endpoints, DiscoveryError> {
    let document: Document =
        serde_json::from_slice(body).map_err(|_| DiscoveryError::Incomplete)?;
    // A placeholder, whatever its name. No issuer is a URL with braces (RFC 3986 appendix A).
    if document.issuer.contains(['{', '}']) {
        return Err(DiscoveryError::AllTenants);
    }
    if document.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(DiscoveryError::OtherIssuer);
    }
    let methods = document.code_challenge_methods_supported;
    let methods = methods.unwrap_or_default();
    let names_itself = document.authorization_response_iss_parameter_supported;
    let ways = document.token_endpoint_auth_methods_supported;
    let ways = ways.unwrap_or_default();
    let takes = |name: &str| ways.iter().any(|way| way == name);
    let basic = takes("client_secret_basic") && !takes("client_secret_post");
    Ok(Endpoints {
        issuer: document.issuer,
        authorization: document.authorization_endpoint,
        token: document.token_endpoint,
        userinfo: document.userinfo_endpoint,
        jwks: document.jwks_uri,
        pkce: methods.iter().any(|method| method == "S256"),
        names_itself: names_itself.unwrap_or_default(),
        basic,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(issuer: &str, more: &Value) -> Vec<u8> {
        let mut document = json!({
            "issuer": issuer, "authorization_endpoint": "https://a/1", "token_endpoint": "https://a/2",
            "userinfo_endpoint": "https://a/3", "jwks_uri": "https://a/4", "more": [1],
        });
        for (name, value) in more.as_object().unwrap() {
            document[name] = value.clone();
        }
        document.to_string().into_bytes()
    }

    const ISSUER: &str = "https://idp.example.com";

    #[test]
    fn a_document_gives_its_endpoints() {
        let found = parse(ISSUER, &document("https://idp.example.com/", &json!({})));
        let expected = Endpoints {
            issuer: "https://idp.example.com/".into(),
            authorization: "https://a/1".into(),
            token: "https://a/2".into(),
            userinfo: "https://a/3".into(),
            jwks: "https://a/4".into(),
            pkce: false,
            names_itself: false,
            basic: false,
        };
        assert_eq!(found, Ok(expected));
        assert_eq!(
            url("https://idp.example.com/x/"),
            "https://idp.example.com/x/.well-known/openid-configuration"
        );
    }

    #[test]
    fn a_document_says_what_the_provider_can_do() {
        for (more, pkce, names_itself) in [
            (
                json!({"code_challenge_methods_supported": ["plain", "S256"]}),
                true,
                false,
            ),
            (
                json!({"code_challenge_methods_supported": ["plain", "s256"]}),
                false,
                false,
            ),
            (
                json!({"code_challenge_methods_supported": null}),
                false,
                false,
            ),
            (
                json!({"authorization_response_iss_parameter_supported": true}),
                false,
                true,
            ),
            (
                json!({"authorization_response_iss_parameter_supported": false}),
                false,
                false,
            ),
        ] {
            let found = parse(ISSUER, &document(ISSUER, &more)).unwrap();
            assert_eq!(
                (found.pkce, found.names_itself),
                (pkce, names_itself),
                "{more}"
            );
        }
    }

    #[test]
    fn a_secret_is_posted_unless_only_the_header_is_taken() {
        for (ways, basic) in [
            (json!(["client_secret_basic"]), true),
            (json!(["private_key_jwt", "client_secret_basic"]), true),
            (json!(["client_secret_basic", "client_secret_post"]), false),
            (json!(["client_secret_post"]), false),
            (json!([]), false),
            (json!(null), false),
        ] {
            let more = json!({"token_endpoint_auth_methods_supported": ways});
            let found = parse(ISSUER, &document(ISSUER, &more)).unwrap();
            assert_eq!(found.basic, basic, "{more}");
        }
    }

    #[test]
    fn the_document_of_all_tenants_is_refused() {
        for issuer in [
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/%7Btenantid%7D/{x",
        ] {
            let common = "https://login.microsoftonline.com/common/v2.0";
            let found = parse(common, &document(issuer, &json!({})));
            assert_eq!(found, Err(DiscoveryError::AllTenants));
            let same = parse(issuer, &document(issuer, &json!({})));
            assert_eq!(same, Err(DiscoveryError::AllTenants));
        }
        assert!(
            DiscoveryError::AllTenants
                .to_string()
                .contains("one tenant")
        );
    }

    #[test]
    fn a_document_of_another_issuer_or_without_an_endpoint_is_refused() {
        let other = parse(ISSUER, &document("https://evil.example.com", &json!({})));
        assert_eq!(other, Err(DiscoveryError::OtherIssuer));
        let none = parse(ISSUER, b"{\"issuer\":\"https://idp.example.com\"}");
        assert_eq!(none, Err(DiscoveryError::Incomplete));
        let twice = String::from_utf8(document(ISSUER, &json!({}))).unwrap();
        let twice = twice.replacen('{', "{\"issuer\":\"https://idp.example.com\",", 1);
        assert_eq!(
            parse(ISSUER, twice.as_bytes()),
            Err(DiscoveryError::Incomplete)
        );
        assert_eq!(parse("x", b"<html>"), Err(DiscoveryError::Incomplete));
    }
}
