//! Access tokens in requests: whose is it, and is it still good (auth.md 5.7, 6.1).
//!
//! The pool comes from the client that the token names, the key from its `kid` within that pool and use; the issuer is
//! never compared with anything (design decision 7). One signature verification and one read of two points.

use std::sync::Arc;

use cognate_crypto::jws;
use cognate_shapes::{ErrorCode, UserStatusType};
use cognate_store::tables::{sessions, users};
use serde::Deserialize;

use crate::app::keys::ACCESS;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result, auth};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::grant::ACCOUNT_SCOPE;
use crate::tokens::session::{self, SessionDoc};

/// The claims that matter for a request.
#[derive(Deserialize)]
pub struct Claims {
    /// The user's id.
    pub sub: String,
    /// `access`.
    pub token_use: String,
    /// Space-separated.
    #[serde(default)]
    pub scope: String,
    /// The client that it was issued to.
    #[serde(default)]
    pub client_id: String,
    /// Seconds.
    pub exp: i64,
    /// The session of a client with revocation.
    #[serde(default)]
    pub origin_jti: Option<String>,
    /// The session of a client without.
    #[serde(default)]
    pub event_id: Option<String>,
}

/// A token that is good now, and what was read to know it.
pub struct Signed {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The client that the token was issued to.
    pub client: Arc<Client>,
    /// The user, as of now.
    pub user: User,
    /// The session's id.
    pub session_id: String,
    /// The session, as of now.
    pub session: SessionDoc,
    /// What the token says.
    pub claims: Claims,
}

/// Checks an access token for an operation on the user's own account.
///
/// # Errors
/// In this order: `Invalid Access Token`, `Could not verify signature for Access Token`, `Access Token has expired`,
/// UserNotFoundException, `Access Token has been revoked`, `Access Token does not have required scopes`, then the user's
/// state, each as far as the operation declares the exception.
pub async fn access_token(cx: &Cx<'_>, token: &str) -> Result<Signed> {
    let parts = jws::split(token).ok_or_else(auth::access_token_invalid)?;
    let payload = parts.payload().ok_or_else(auth::access_token_invalid)?;
    let claims: Claims =
        serde_json::from_slice(&payload).map_err(|_| auth::access_token_invalid())?;
    if claims.token_use != ACCESS || claims.client_id.is_empty() {
        return Err(auth::access_token_invalid().into());
    }
    let (pool, client) = match cx.client(&claims.client_id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => {
            return Err(auth::access_token_invalid().into());
        }
        other => other?,
    };
    let signers = cx.cached_signers(&pool).await?;
    if !signers
        .verifier(&parts.header.kid, ACCESS)
        .is_some_and(|key| parts.signed_by(key))
    {
        return Err(auth::access_token_forged().into());
    }
    if claims.exp <= cx.now().div_euclid(SECOND) {
        return Err(auth::access_token_expired().into());
    }
    let session_id = claims
        .origin_jti
        .as_ref()
        .or(claims.event_id.as_ref())
        .ok_or_else(auth::access_token_invalid)?;
    let session_id = session_id.clone();
    let mut found = cx
        .store
        .read(&[
            users::by_id(&pool.id, &claims.sub),
            (
                sessions::READ,
                sessions::key(&pool.id, &claims.sub, &session_id, cx.now()),
            ),
        ])
        .await?
        .into_iter();
    let user = found.next().and_then(|rows| rows.into_iter().next());
    let session = found.next().and_then(|rows| rows.into_iter().next());
    let user = user
        .map(|mut row| User::from_row(&pool, &mut row))
        .transpose()?;
    let Some(user) = user else {
        return Err(user_gone(cx));
    };
    let session = session.ok_or_else(auth::access_token_revoked)?;
    let (row, session) = session::read(&pool, &claims.sub, &session_id, session)?;
    if row.client_id != client.id {
        return Err(auth::access_token_invalid().into());
    }
    if !claims.scope.split(' ').any(|scope| scope == ACCOUNT_SCOPE) {
        return Err(auth::access_token_scopes().into());
    }
    check_state(cx, &user)?;
    Ok(Signed {
        pool,
        client,
        user,
        session_id,
        session,
        claims,
    })
}

/// The user was deleted after the token was issued (auth.md 6.7).
fn user_gone(cx: &Cx<'_>) -> Fault {
    if cx.action.declares(ErrorCode::UserNotFound) {
        errors::user_not_found().into()
    } else {
        auth::access_token_revoked().into()
    }
}

fn check_state(cx: &Cx<'_>, user: &User) -> Result<()> {
    if !user.enabled {
        return Err(auth::user_disabled().into());
    }
    let refusal = match user.status {
        UserStatusType::ResetRequired => auth::password_reset_required(),
        UserStatusType::Unconfirmed => auth::user_not_confirmed(),
        _ => return Ok(()),
    };
    if cx.action.declares(refusal.code) {
        Err(refusal.into())
    } else {
        Ok(())
    }
}
