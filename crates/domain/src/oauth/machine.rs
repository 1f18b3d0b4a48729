//! The grant `client_credentials`: an application signs in as itself (endpoints.md 1.6, RFC 6749 section 4.4).

use std::collections::{BTreeMap, BTreeSet};

use cognate_shapes::OAuthFlowType;

use crate::cx::Cx;
use crate::errors::ErrorCode;
use crate::errors::oauth::{
    INVALID_CLIENT_SECRET, INVALID_GRANT, INVALID_REQUEST, INVALID_SCOPE, NO_RESOURCE,
    UNAUTHORIZED_CLIENT, UNKNOWN_TARGET, refused_by_function,
};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::{Credentials, Tokens, client};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::tokens::{machine, resource};

/// The wishes of the application.
#[derive(Clone, Copy)]
pub struct MachineRequest<'a> {
    /// Scopes, separated by spaces; None or none for all that the client has.
    pub scope: Option<&'a str>,
    /// `aws_client_metadata`: a JSON object of texts for PreTokenGeneration.
    pub metadata: Option<&'a str>,
    /// `resource`, which this grant has for clients with the standard profile alone (RFC 8707).
    pub resource: Option<&'a str>,
}

/// Returns an access token for the client itself.
///
/// # Errors
/// Faults. Refusals, in this order: those of [`client::authenticate`]; `invalid_grant` if OAuth is switched off for the
/// client; `unauthorized_client` if it does not have the grant; `invalid_request` for `resource`, `invalid_target` for one
/// that names no resource server; `invalid_request` for metadata of another form; `invalid_scope`; the refusals of PreTokenGeneration.
pub async fn tokens(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: MachineRequest<'_>,
) -> Answer<Tokens> {
    settle(issue(cx, credentials, request).await)
}

async fn issue(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: MachineRequest<'_>,
) -> Result<Tokens, Stop> {
    let (pool, client) = client::authenticate(cx, credentials).await?;
    if !client.doc.allowed_oauth_flows_user_pool_client {
        return Err(INVALID_GRANT.into());
    }
    let mut flows = client.doc.allowed_oauth_flows.iter().flatten();
    if !flows.any(|flow| *flow == OAuthFlowType::ClientCredentials) {
        return Err(UNAUTHORIZED_CLIENT.into());
    }
    // A client without a secret has nothing to prove itself by.
    if client.secrets.is_empty() {
        return Err(INVALID_CLIENT_SECRET.into());
    }
    if request.resource.is_some() && !client.is_standard() {
        return Err(NO_RESOURCE.into());
    }
    let resource = match request.resource.filter(|resource| !resource.is_empty()) {
        Some(named) => {
            let registered = resource::registered(cx, &pool, named).await?;
            Some(registered.ok_or(UNKNOWN_TARGET)?)
        }
        None => None,
    };
    let resource = resource.as_deref();
    let metadata: Option<BTreeMap<String, String>> = request
        .metadata
        .filter(|text| !text.is_empty())
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| INVALID_REQUEST)?;
    let scopes = scopes(cx, &pool, &client, request.scope).await?;
    let signed = machine::token(cx, &pool, &client, &scopes, metadata.as_ref(), resource).await;
    let access = signed.map_err(|fault| {
        Stop::worded(fault, |error| {
            let refused = error.code == ErrorCode::NotAuthorized;
            refused.then(|| refused_by_function(error.clone()))
        })
    })?;
    Ok(Tokens {
        scope: Tokens::scope_for(&client, &access, resource.is_some()),
        access,
        id: None,
        refresh: None,
        expires_in: client.access_token_seconds(),
    })
}

/// Returns the scopes of the token. A scope that the client still has although its resource server is gone is left out
/// (endpoints.md 1.6).
async fn scopes(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    asked: Option<&str>,
) -> Result<Vec<String>, Stop> {
    let live = machine::scopes(cx, pool, client, None).await?;
    let asked = asked.unwrap_or_default().split(' ');
    let asked: BTreeSet<&str> = asked.filter(|scope| !scope.is_empty()).collect();
    if asked.is_empty() {
        return Ok(live);
    }
    let own = client
        .doc
        .allowed_oauth_scopes
        .as_deref()
        .unwrap_or_default();
    // As at the authorization endpoint.
    let is_strict = !client.is_dynamic();
    if is_strict && asked.iter().any(|scope| own.iter().all(|has| has != scope)) {
        return Err(INVALID_SCOPE.into());
    }
    let granted: Vec<String> = live
        .into_iter()
        .filter(|scope| asked.contains(scope.as_str()))
        .collect();
    if granted.is_empty() {
        return Err(INVALID_SCOPE.into());
    }
    Ok(granted)
}
