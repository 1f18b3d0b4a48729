//! The OAuth settings of a client: redirect URLs, grants and scopes (settled K1-K8, admin.md 1.12).

use std::collections::BTreeSet;
use std::sync::Arc;

use cognate_shapes::{DcrConfigurationType, OAuthFlowType, ResourceServerScopeType};
use cognate_store::tables::resource_servers::{self, ServerRow};

use crate::app::cache::Scopes;
use crate::cx::Cx;
use crate::errors::pools::*;
use crate::errors::{ApiError, Result, unconfirmed};
use crate::records::client::{Client, ClientDoc};
use crate::records::pool::Pool;
use crate::records::redirect::{host, is_scheme_of_target};
use crate::records::registration::REGISTER_SCOPE;

/// The scopes about a user that every pool knows. Others belong to resource servers.
pub const USER_SCOPES: [&str; 5] = [
    "openid",
    "email",
    "phone",
    "profile",
    "aws.cognito.signin.user.admin",
];

/// Returns those scopes of the client that the pool's resource servers have, and the one that registers clients, which
/// belongs to none.
pub async fn custom_scopes(cx: &Cx<'_>, pool: &Pool, doc: &ClientDoc) -> Result<BTreeSet<String>> {
    let scopes = doc.allowed_oauth_scopes.as_deref().unwrap_or_default();
    let mut known = existing_scopes(cx, pool, scopes).await?;
    // What registered itself registers nothing (agents.md 3.2).
    if doc.registration.is_none() && scopes.iter().any(|scope| scope == REGISTER_SCOPE) {
        known.insert(REGISTER_SCOPE.to_owned());
    }
    Ok(known)
}

/// Returns those scopes that the pool's resource servers have, in one round trip. A scope is the identifier of its
/// resource server, a slash, and a name without slashes.
///
/// # Errors
/// Those of the store, and rows that are not signed.
pub async fn existing_scopes(
    cx: &Cx<'_>,
    pool: &Pool,
    scopes: &[String],
) -> Result<BTreeSet<String>> {
    let servers: BTreeSet<&str> = scopes
        .iter()
        .filter(|scope| *scope != REGISTER_SCOPE)
        .filter_map(|scope| scope.rsplit_once('/').map(|(server, _)| server))
        .collect();
    if servers.is_empty() {
        return Ok(BTreeSet::new());
    }
    let queries: Vec<_> = servers
        .iter()
        .map(|server| resource_servers::by_identifier(&pool.id, server))
        .collect();
    let mut known = BTreeSet::new();
    for mut row in cx.store.read(&queries).await?.into_iter().flatten() {
        let server = ServerRow::read(&mut row)?;
        pool.check(&server.signed(), server.mac.as_deref())?;
        let scopes: Vec<ResourceServerScopeType> = serde_json::from_str(&server.scopes)?;
        known.extend(
            scopes
                .iter()
                .map(|scope| format!("{}/{}", server.identifier, scope.scope_name)),
        );
    }
    Ok(known)
}

/// Refuses scopes in a pool's DcrConfiguration that the pool does not have. `pool`: None for one that is being made, which
/// has no resource servers yet.
///
/// # Errors
/// InvalidParameterException for an unknown scope; those of the store.
pub async fn check_registrable(
    cx: &Cx<'_>,
    pool: Option<&Pool>,
    config: Option<&DcrConfigurationType>,
) -> Result<()> {
    let scopes = config.and_then(|config| config.allowed_scopes.as_deref());
    let scopes = scopes.unwrap_or_default();
    let known = match pool {
        Some(pool) => existing_scopes(cx, pool, scopes).await?,
        None => BTreeSet::new(),
    };
    let is_known = |scope: &&String| {
        USER_SCOPES.contains(&scope.as_str()) || *scope == REGISTER_SCOPE || known.contains(*scope)
    };
    match scopes.iter().find(|scope| !is_known(scope)) {
        Some(unknown) => Err(unconfirmed::dcr::unknown_scope(unknown).into()),
        None => Ok(()),
    }
}

/// As [`custom_scopes`], as they were at most a second ago.
///
/// # Errors
/// Those of the store, and rows that are not signed.
pub async fn live_scopes(cx: &Cx<'_>, pool: &Pool, client: &Client) -> Result<Arc<Scopes>> {
    let read = || Box::pin(custom_scopes(cx, pool, &client.doc));
    // A document leaves out scopes of its app client, whose own are kept.
    if client.document.is_some() {
        return Ok(Arc::new(Scopes::of(client, read().await?)));
    }
    cx.cache.scopes(&cx.clock, client, read).await
}

/// Refuses OAuth settings that the service refuses; `custom`: what [`custom_scopes`] gave.
pub fn check(
    doc: &ClientDoc,
    has_secret: bool,
    custom: &BTreeSet<String>,
) -> std::result::Result<(), ApiError> {
    let callbacks = doc.callback_urls.as_deref().unwrap_or_default();
    for url in callbacks
        .iter()
        .chain(doc.logout_urls.as_deref().unwrap_or_default())
    {
        redirect(url)?;
    }
    if let Some(default) = &doc.default_redirect_uri
        && !callbacks.contains(default)
    {
        return Err(default_redirect_unlisted(default));
    }
    let flows = doc.allowed_oauth_flows.as_deref().unwrap_or_default();
    let scopes = doc.allowed_oauth_scopes.as_deref().unwrap_or_default();
    if doc.allowed_oauth_flows_user_pool_client && (flows.is_empty() || scopes.is_empty()) {
        return Err(flows_and_scopes_required());
    }
    let machine = flows.contains(&OAuthFlowType::ClientCredentials);
    if machine
        && flows
            .iter()
            .any(|flow| *flow != OAuthFlowType::ClientCredentials)
    {
        return Err(client_credentials_with_others());
    }
    if machine && !has_secret {
        return Err(client_credentials_without_secret());
    }
    if !machine && !flows.is_empty() && callbacks.is_empty() {
        return Err(callbacks_required());
    }
    for scope in scopes {
        let of_users = USER_SCOPES.contains(&scope.as_str());
        if machine && of_users {
            return Err(scope_of_users(scope));
        }
        let own = scope == REGISTER_SCOPE && doc.registration.is_some();
        if own || !of_users && !custom.contains(scope) {
            return Err(unknown_scope(scope));
        }
    }
    Ok(())
}

/// Checks that a redirect URL is absolute, has no fragment, uses plain HTTP only on the own machine, and has no scheme that
/// browsers run by themselves.
fn redirect(url: &str) -> std::result::Result<(), ApiError> {
    let Some((scheme, rest)) = url
        .split_once(':')
        .filter(|(scheme, _)| is_scheme_of_target(scheme))
    else {
        return Err(unconfirmed::invalid_redirect(url));
    };
    if url.contains('#') {
        return Err(url_with_fragment(url));
    }
    if scheme.eq_ignore_ascii_case("http") && !is_loopback(rest) {
        return Err(url_over_http(url));
    }
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    if web && host(rest).is_none_or(str::is_empty) {
        return Err(unconfirmed::invalid_redirect(url));
    }
    Ok(())
}

/// True if the service would take the URL as one of a client's callback URLs.
pub fn is_redirect(url: &str) -> bool {
    redirect(url).is_ok()
}

fn is_loopback(rest: &str) -> bool {
    host(rest).is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "::1"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_absolute_encrypted_and_without_fragment() {
        for good in [
            "https://app.example/cb?x=1",
            "http://localhost",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
            "myapp://example",
            "myapp://",
            "com.example.app:/cb",
        ] {
            assert!(redirect(good).is_ok(), "{good}");
        }
        for (bad, text) in [
            (
                "http://app.example/cb",
                "http://app.example/cb cannot use the HTTP protocol.",
            ),
            (
                "http://localhost.evil.example",
                "http://localhost.evil.example cannot use the HTTP protocol.",
            ),
            (
                "http://localhost@evil.example",
                "http://localhost@evil.example cannot use the HTTP protocol.",
            ),
            (
                "HTTP://app.example",
                "HTTP://app.example cannot use the HTTP protocol.",
            ),
            (
                "https://app.example/#x",
                "https://app.example/#x cannot use fragment",
            ),
            (
                "app.example/cb",
                "app.example/cb is not a valid redirect URI.",
            ),
            ("https:///cb", "https:///cb is not a valid redirect URI."),
            (
                "JavaScript:alert(1)//",
                "JavaScript:alert(1)// is not a valid redirect URI.",
            ),
            (
                "data:text/html,x",
                "data:text/html,x is not a valid redirect URI.",
            ),
        ] {
            assert_eq!(redirect(bad).unwrap_err().message, text, "{bad}");
        }
    }
}
