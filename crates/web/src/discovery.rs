//! `/<pool>/.well-known/openid-configuration`: OpenID Connect Discovery 1.0 section 3, with the members and the order of
//! the service (endpoints.md 1.11).

use cognate_domain::records::pool::Pool;
use cognate_domain::tokens::issuer;
use cognate_domain::{Cx, Result};
use serde::Serialize;

/// The document of a pool without a domain: sign-out and revocation come with a domain.
#[derive(Serialize)]
struct Discovery {
    authorization_endpoint: String,
    id_token_signing_alg_values_supported: [&'static str; 1],
    issuer: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 2],
    scopes_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    token_endpoint: String,
    token_endpoint_auth_methods_supported: [&'static str; 2],
    userinfo_endpoint: String,
}

/// The document, with the issuer that the pool's tokens carry.
pub fn document(cx: &Cx<'_>, pool: &Pool) -> Result<String> {
    let issuer = issuer::of(cx, pool)?;
    let document = Discovery {
        authorization_endpoint: format!("{issuer}/authorize"),
        id_token_signing_alg_values_supported: ["RS256"],
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        response_types_supported: ["code", "token"],
        scopes_supported: ["openid", "email", "phone", "profile"],
        subject_types_supported: ["public"],
        token_endpoint: format!("{issuer}/token"),
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        userinfo_endpoint: format!("{issuer}/userInfo"),
        issuer,
    };
    Ok(serde_json::to_string(&document)?)
}
