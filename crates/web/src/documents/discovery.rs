//! `/<pool>/.well-known/openid-configuration`: OpenID Connect Discovery 1.0 section 3, with the members and the order of
//! the service (endpoints.md 1.11). It names what answers and nothing else: endpoints are on a pool's domain, and a member
//! that describes an endpoint is there only if the endpoint is.

use cognate_domain::records::domain;
use cognate_domain::records::pool::Pool;
use cognate_domain::tokens::issuer;
use cognate_domain::{Cx, Endpoint, Result};
use serde::Serialize;

use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::served;

/// The endpoints that the document names, as far as they answer.
pub(crate) const ENDPOINTS: [&str; 5] = [
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/userInfo",
    "/oauth2/revoke",
    "/logout",
];

/// The document. For a pool without a domain, or without endpoints that answer, it has the keys and no more.
#[derive(Serialize)]
struct Discovery {
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
    id_token_signing_alg_values_supported: [&'static str; 1],
    issuer: String,
    jwks_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_types_supported: Option<[&'static str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes_supported: Option<[&'static str; 4]>,
    subject_types_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_methods_supported: Option<[&'static str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
}

impl Discovery {
    /// `base` is scheme and host of the pool's endpoints; `served` are the paths that answer there.
    fn of(issuer: String, base: Option<&str>, served: &[&str]) -> Self {
        let at = |path: &str| {
            let base = base.filter(|_| served.contains(&path))?;
            Some(format!("{base}{path}"))
        };
        let (authorize, token) = (at("/oauth2/authorize"), at("/oauth2/token"));
        Self {
            end_session_endpoint: at("/logout"),
            id_token_signing_alg_values_supported: ["RS256"],
            jwks_uri: format!("{issuer}/.well-known/jwks.json"),
            response_types_supported: authorize.is_some().then_some(["code", "token"]),
            revocation_endpoint: at("/oauth2/revoke"),
            scopes_supported: authorize
                .is_some()
                .then_some(["openid", "email", "phone", "profile"]),
            subject_types_supported: ["public"],
            token_endpoint_auth_methods_supported: token
                .is_some()
                .then_some(["client_secret_basic", "client_secret_post"]),
            userinfo_endpoint: at("/oauth2/userInfo"),
            authorization_endpoint: authorize,
            token_endpoint: token,
            issuer,
        }
    }
}

/// Answers with the document.
pub(crate) async fn discovery(request: Request<'_>) -> std::result::Result<Response, Failure> {
    let pool_id = request.param("pool");
    let cx = request.cx(Endpoint::Discovery);
    let served = served();
    let document = action::run(&cx, || document(&cx, pool_id, &served)).await?;
    Ok(super::answer(pool_id, document))
}

async fn document(cx: &Cx<'_>, pool_id: &str, served: &[&str]) -> Result<Option<String>> {
    match cx.cached_pool(pool_id).await? {
        Some(pool) => Ok(Some(of_pool(cx, &pool, served).await?)),
        None => Ok(None),
    }
}

/// Writes the document, with the issuer that the pool's tokens carry. `served` are the paths that a domain answers.
async fn of_pool(cx: &Cx<'_>, pool: &Pool, served: &[&str]) -> Result<String> {
    let issuer = issuer::of(cx, pool)?;
    let base = match served {
        [] => None,
        _ => base(cx, pool, &issuer).await?,
    };
    let document = Discovery::of(issuer, base.as_deref(), served);
    Ok(serde_json::to_string(&document)?)
}

/// Returns scheme and host of the pool's endpoints; None in a pool without a domain.
///
/// A prefix makes a name of the service's. That leads to this server where the tokens name the service as their issuer,
/// too. Where the issuer is this server, the endpoints are named where they answer as well: under the issuer's host.
async fn base(cx: &Cx<'_>, pool: &Pool, issuer: &str) -> Result<Option<String>> {
    let Some(row) = domain::preferred_of(&cx.store, pool).await? else {
        return Ok(None);
    };
    let (settings, client) = (&cx.settings, &cx.client_info);
    let here = client
        .base_url
        .as_deref()
        .or(settings.public_url.as_deref());
    let of_issuer = issuer
        .strip_suffix(&pool.id)
        .map(|url| url.trim_end_matches('/'));
    let here = here.map(|url| url.trim_end_matches('/'));
    Ok(Some(match here {
        Some(here) if !row.custom && of_issuer == Some(here) => here.to_owned(),
        _ => format!("https://{}", domain::name(settings.domain_base(), &row)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 5] = ENDPOINTS;
    const KEYS: &str = r#"{"id_token_signing_alg_values_supported":["RS256"],"issuer":"https://i/p","jwks_uri":"https://i/p/.well-known/jwks.json","subject_types_supported":["public"]}"#;

    fn text(base: Option<&str>, served: &[&str]) -> String {
        serde_json::to_string(&Discovery::of("https://i/p".into(), base, served)).unwrap()
    }

    #[test]
    fn endpoints_stand_in_the_document_once_there_is_a_domain_and_they_answer() {
        assert_eq!(text(None, &[]), KEYS);
        assert_eq!(text(None, &ALL), KEYS);
        assert_eq!(text(Some("https://d.example"), &[]), KEYS);
        assert_eq!(
            text(Some("https://d.example"), &ALL),
            concat!(
                r#"{"authorization_endpoint":"https://d.example/oauth2/authorize","#,
                r#""end_session_endpoint":"https://d.example/logout","#,
                r#""id_token_signing_alg_values_supported":["RS256"],"issuer":"https://i/p","#,
                r#""jwks_uri":"https://i/p/.well-known/jwks.json","response_types_supported":["code","token"],"#,
                r#""revocation_endpoint":"https://d.example/oauth2/revoke","#,
                r#""scopes_supported":["openid","email","phone","profile"],"subject_types_supported":["public"],"#,
                r#""token_endpoint":"https://d.example/oauth2/token","#,
                r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"#,
                r#""userinfo_endpoint":"https://d.example/oauth2/userInfo"}"#
            )
        );
    }

    #[test]
    fn what_tells_about_an_endpoint_goes_with_it() {
        let token = text(Some("https://d.example"), &["/oauth2/token"]);
        assert!(
            token.contains("token_endpoint_auth_methods_supported"),
            "{token}"
        );
        for absent in [
            "response_types",
            "scopes",
            "authorization",
            "revocation",
            "userinfo",
        ] {
            assert!(!token.contains(absent), "{absent} in {token}");
        }
    }
}
