//! The token that a registration brings where not everybody may register (RFC 7591 section 3): an access token of the
//! pool with the scope that registers clients (agents.md 3.2).

use crate::app::keys::ACCESS;
use crate::cx::Cx;
use crate::errors::oauth::{BearerError, NO_REGISTER_SCOPE, TOKEN_NOT_GOOD};
use crate::errors::{ErrorCode, Fault, Result};
use crate::records::pool::Pool;
use crate::records::registration::REGISTER_SCOPE;
use crate::tokens::presented::Presented;
use crate::tokens::verify::{self, Require};

/// Who may register a client by a token.
pub(super) struct Registrant {
    /// The client that the token was issued to.
    pub(super) client_id: String,
    /// The user, if the token is one's: any user of the pool can have one, so that nobody answers for what is registered.
    pub(super) user_id: Option<String>,
}

/// Returns whose token it is.
///
/// # Errors
/// Faults. [`TOKEN_NOT_GOOD`] for a token that the pool did not issue, that is for another service, over or revoked, whose client is gone or
/// registered itself; then [`NO_REGISTER_SCOPE`] for one without the scope, and for one whose client lost it.
pub(super) async fn client(
    cx: &Cx<'_>,
    pool: &Pool,
    token: &str,
) -> Result<std::result::Result<Registrant, BearerError>> {
    let Some(presented) = Presented::parse(token) else {
        return Ok(Err(TOKEN_NOT_GOOD));
    };
    let signers = cx.cached_signers(pool).await?;
    let claims = &presented.claims;
    let good = claims.token_use == ACCESS
        && presented.is_signed_by(&signers, ACCESS, &cx.signatures)
        && !claims.has_ended(cx.now())
        && claims.aud.is_none();
    let client_id = claims.client_id.as_deref().filter(|_| good);
    let client = match client_id {
        Some(id) => cx.cached_client(id).await?,
        None => None,
    };
    let Some(client) = client.filter(|client| client.pool_id == pool.id && !client.is_registered())
    else {
        return Ok(Err(TOKEN_NOT_GOOD));
    };
    let is_user = claims.session_id().is_some();
    let is_alive = match is_user {
        true => has_session(cx, token).await?,
        // Of the client itself.
        false => claims.sub == client.id,
    };
    if !is_alive {
        return Ok(Err(TOKEN_NOT_GOOD));
    }
    let mut own = client.doc.allowed_oauth_scopes.iter().flatten();
    let holds = own.any(|scope| scope == REGISTER_SCOPE);
    if !holds || claims.scopes().all(|scope| scope != REGISTER_SCOPE) {
        return Ok(Err(NO_REGISTER_SCOPE));
    }
    Ok(Ok(Registrant {
        client_id: client.id.clone(),
        user_id: is_user.then(|| claims.sub.clone()),
    }))
}

/// True if the session and the user of an access token are good.
async fn has_session(cx: &Cx<'_>, token: &str) -> Result<bool> {
    match verify::access_token(cx, token, Require::Any).await {
        Ok(_) => Ok(true),
        Err(Fault::Api(error)) if error.code == ErrorCode::InternalError => Err(error.into()),
        Err(Fault::Api(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
