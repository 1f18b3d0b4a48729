//! `openid-configuration` (OpenID Connect Discovery 1.0, section 3) and `oauth-authorization-server` (RFC 8414), which are
//! one document: the members of the service, and more that clients look for, in the order of the alphabet (endpoints.md
//! 1.11). It names what answers and nothing else: endpoints are on a pool's domain, and a member that
//! describes an endpoint is there only if the endpoint is.
//!
//! A document is one issuer's, while profiles are of clients (docs/OIDC.md): what only clients with the standard profile may
//! use is named for every pool, as a look through all clients of a pool for each reader would cost too much. Programs use
//! none of it merely because it is named. The endpoint of pushed requests they do use then, and a client without the
//! profile is refused there: it is not named.

use cognate_domain::oauth::exchange_grant::GRANT as EXCHANGE;
use cognate_domain::records::domain;
use cognate_domain::records::pool::Pool;
use cognate_domain::resources::{domains, metadata};
use cognate_domain::tokens::issuer;
use cognate_domain::{Cx, Endpoint, Result};
use serde::Serialize;

use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::served;

/// The endpoints that the document names, as far as they answer. Each has a route below the id of a pool, too
/// (`below_pool`).
pub(crate) const ENDPOINTS: [&str; 8] = [
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/userInfo",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/oauth2/device_authorization",
    "/oauth2/register",
    "/logout",
];

/// The claims of ID tokens and of userInfo that every pool has.
const CLAIMS: &[&str] = &[
    "aud",
    "auth_time",
    "birthdate",
    "cognito:groups",
    "cognito:username",
    "email",
    "email_verified",
    "exp",
    "family_name",
    "gender",
    "given_name",
    "iat",
    "iss",
    "jti",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "nonce",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

/// The grants of programs alone.
const OF_PROGRAMS: &[&str] = &["refresh_token", "client_credentials", EXCHANGE];
/// Those and the grants of browsers.
const GRANTS: &[&str] = &[
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    EXCHANGE,
];
/// Those and the grant of devices (RFC 8628).
const GRANTS_WITH_DEVICES: &[&str] = &[
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    EXCHANGE,
];

/// A list of words; absent where the endpoint that it describes is.
type Words = Option<&'static [&'static str]>;

/// The document. For a pool without a domain, or without endpoints that answer, it has the keys and no more.
#[derive(Serialize)]
struct Discovery {
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_endpoint: Option<String>,
    /// RFC 9207.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_response_iss_parameter_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims_parameter_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims_supported: Words,
    /// draft-ietf-oauth-client-id-metadata-document section 5; only while the pool takes such clients, for those who see it
    /// do not register.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id_metadata_document_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_challenge_methods_supported: Words,
    /// RFC 8628 section 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_types_supported: Words,
    id_token_signing_alg_values_supported: [&'static str; 1],
    /// RFC 8414 section 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint: Option<String>,
    /// A client without a secret gets no answer there.
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_methods_supported: Words,
    issuer: String,
    jwks_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_values_supported: Words,
    /// RFC 8414 section 2; only while clients may register themselves, with a token or without (agents.md 3.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_parameter_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_uri_parameter_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_modes_supported: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_types_supported: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    /// Those of the service alone: clients that ask for all that is here would be refused the others, and the names of a
    /// pool's resource servers are not for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes_supported: Words,
    subject_types_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_methods_supported: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
}

impl Discovery {
    /// `base` is what stands before the paths of the pool's endpoints; `served` are the paths that answer there.
    fn of(issuer: String, base: Option<&str>, served: &[&str]) -> Self {
        let at = |path: &str| {
            let base = base.filter(|_| served.contains(&path))?;
            Some(format!("{base}{path}"))
        };
        let (authorize, token) = (at("/oauth2/authorize"), at("/oauth2/token"));
        let (browser, program) = (authorize.is_some(), token.is_some());
        let of_browser = |words: &'static [&'static str]| browser.then_some(words);
        let of_program = |words: &'static [&'static str]| program.then_some(words);
        // The user of a device signs in with a browser.
        let device = at("/oauth2/device_authorization").filter(|_| browser);
        let grants = match device {
            Some(_) => GRANTS_WITH_DEVICES,
            None if browser => GRANTS,
            None => OF_PROGRAMS,
        };
        let introspection = at("/oauth2/introspect");
        Self {
            authorization_response_iss_parameter_supported: browser.then_some(true),
            claims_parameter_supported: browser.then_some(false),
            claims_supported: of_browser(CLAIMS),
            client_id_metadata_document_supported: None,
            code_challenge_methods_supported: of_browser(&["S256"]),
            device_authorization_endpoint: device,
            end_session_endpoint: at("/logout"),
            grant_types_supported: of_program(grants),
            id_token_signing_alg_values_supported: ["RS256"],
            introspection_endpoint_auth_methods_supported: introspection
                .is_some()
                .then_some(&["client_secret_basic", "client_secret_post"]),
            introspection_endpoint: introspection,
            jwks_uri: format!("{issuer}/.well-known/jwks.json"),
            prompt_values_supported: of_browser(&["none", "login", "select_account", "consent"]),
            registration_endpoint: at("/oauth2/register"),
            request_parameter_supported: browser.then_some(false),
            request_uri_parameter_supported: browser.then_some(false),
            response_modes_supported: of_browser(&["query", "fragment", "form_post"]),
            response_types_supported: of_browser(&["code", "token"]),
            revocation_endpoint: at("/oauth2/revoke"),
            scopes_supported: of_browser(&["openid", "email", "phone", "profile"]),
            subject_types_supported: ["public"],
            token_endpoint_auth_methods_supported: of_program(&[
                "client_secret_basic",
                "client_secret_post",
                "none",
            ]),
            userinfo_endpoint: at("/oauth2/userInfo"),
            authorization_endpoint: authorize,
            token_endpoint: token,
            issuer,
        }
    }
}

/// Answers with the document.
pub(crate) async fn discovery(request: Request<'_>) -> std::result::Result<Response, Failure> {
    let pool_id = super::pool_id(&request).await?;
    let pool_id = &*pool_id;
    let cx = request.cx(Endpoint::Discovery);
    let served = served();
    let document = action::run(&cx, || document(&cx, pool_id, &served)).await?;
    Ok(super::answer(pool_id, document))
}

async fn document(cx: &Cx<'_>, pool_id: &str, served: &[&str]) -> Result<Option<String>> {
    match super::pool(cx, pool_id).await? {
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
    let mut document = Discovery::of(issuer, base.as_deref(), served);
    if document.authorization_endpoint.is_some() && metadata::is_taken(cx, pool).await? {
        document.client_id_metadata_document_supported = Some(true);
    }
    if pool.doc.registers().is_none() {
        document.registration_endpoint = None;
    }
    Ok(serde_json::to_string(&document)?)
}

/// Returns what stands before the paths of the pool's endpoints; None in a pool without a domain. That is scheme and host of
/// the domain where it leads to this server from everywhere, and answers from there name this document's issuer: a client
/// compares the two. Else it is what the client came by, which leads here for this client at least, with the pool's id
/// behind a host that is not the pool's own.
async fn base(cx: &Cx<'_>, pool: &Pool, issuer: &str) -> Result<Option<String>> {
    let Some(row) = domain::preferred_of(&cx.store, pool).await? else {
        return Ok(None);
    };
    let (settings, client) = (&cx.settings, &cx.client_info);
    let here = client.base_url.as_deref();
    let here = here.or(settings.public_url.as_deref());
    let here = here.map(|url| match client.domain_pool {
        Some(_) => url.to_owned(),
        None => format!("{}/{}", url.trim_end_matches('/'), pool.id),
    });
    let keeps_issuer = issuer::at_domains(cx, pool).is_some_and(|there| there == issuer);
    let base = domains::url(settings, &row).filter(|_| keeps_issuer);
    let base = base.or(here);
    let base =
        base.unwrap_or_else(|| format!("https://{}", domain::name(settings.domain_base(), &row)));
    Ok(Some(base.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 8] = ENDPOINTS;
    const KEYS: &str = r#"{"id_token_signing_alg_values_supported":["RS256"],"issuer":"https://i/p","jwks_uri":"https://i/p/.well-known/jwks.json","subject_types_supported":["public"]}"#;

    fn text(base: Option<&str>, served: &[&str]) -> String {
        serde_json::to_string(&Discovery::of("https://i/p".into(), base, served)).unwrap()
    }

    #[test]
    fn endpoints_stand_in_the_document_once_there_is_a_domain_and_they_answer() {
        assert_eq!(text(None, &[]), KEYS);
        assert_eq!(text(None, &ALL), KEYS);
        assert_eq!(text(Some("https://d.example"), &[]), KEYS);
        let claims = serde_json::to_string(CLAIMS).unwrap();
        assert_eq!(
            text(Some("https://d.example"), &ALL),
            [
                r#"{"authorization_endpoint":"https://d.example/oauth2/authorize","#,
                r#""authorization_response_iss_parameter_supported":true,"claims_parameter_supported":false,"#,
                r#""claims_supported":"#,
                &claims,
                r#","code_challenge_methods_supported":["S256"],"#,
                r#""device_authorization_endpoint":"https://d.example/oauth2/device_authorization","#,
                r#""end_session_endpoint":"https://d.example/logout","#,
                r#""grant_types_supported":["authorization_code","implicit","refresh_token","client_credentials","#,
                r#""urn:ietf:params:oauth:grant-type:device_code","urn:ietf:params:oauth:grant-type:token-exchange"],"#,
                r#""id_token_signing_alg_values_supported":["RS256"],"#,
                r#""introspection_endpoint":"https://d.example/oauth2/introspect","#,
                r#""introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"#,
                r#""issuer":"https://i/p","#,
                r#""jwks_uri":"https://i/p/.well-known/jwks.json","#,
                r#""prompt_values_supported":["none","login","select_account","consent"],"#,
                r#""registration_endpoint":"https://d.example/oauth2/register","#,
                r#""request_parameter_supported":false,"request_uri_parameter_supported":false,"#,
                r#""response_modes_supported":["query","fragment","form_post"],"response_types_supported":["code","token"],"#,
                r#""revocation_endpoint":"https://d.example/oauth2/revoke","#,
                r#""scopes_supported":["openid","email","phone","profile"],"subject_types_supported":["public"],"#,
                r#""token_endpoint":"https://d.example/oauth2/token","#,
                r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","none"],"#,
                r#""userinfo_endpoint":"https://d.example/oauth2/userInfo"}"#
            ]
            .concat()
        );
    }

    #[test]
    fn the_members_are_in_the_order_of_the_alphabet() {
        let text = text(Some("https://d.example"), &ALL);
        let places: Vec<usize> = serde_json::from_str::<serde_json::Map<_, _>>(&text)
            .unwrap()
            .keys()
            .map(|name| text.find(&format!("\"{name}\":")).unwrap())
            .collect();
        let mut sorted: Vec<_> = serde_json::from_str::<serde_json::Map<_, _>>(&text)
            .unwrap()
            .keys()
            .cloned()
            .zip(places)
            .collect();
        sorted.sort();
        assert!(sorted.is_sorted_by_key(|(_, place)| *place));
        assert!(CLAIMS.is_sorted());
    }

    #[test]
    fn what_tells_about_an_endpoint_goes_with_it() {
        let token = text(Some("https://d.example"), &["/oauth2/token"]);
        for present in [
            "token_endpoint_auth_methods_supported",
            r#""grant_types_supported":["refresh_token","client_credentials","urn:ietf:params:oauth:grant-type:token-exchange"]"#,
        ] {
            assert!(token.contains(present), "{token}");
        }
        for absent in [
            "response_types",
            "scopes",
            "authorization_",
            "revocation",
            "userinfo",
            "prompt",
            "code_challenge",
            "claims",
            "request_",
            "introspection",
            "device",
        ] {
            assert!(!token.contains(absent), "{absent} in {token}");
        }
    }
}
