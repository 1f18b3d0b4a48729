//! RevokeToken: ends the session of a refresh token and the access tokens that came from it.

use cognate_crypto::jws;
use cognate_shapes::{ErrorCode, RevokeTokenRequest, RevokeTokenResponse};
use cognate_store::tables::sessions;
use cognate_store::{Batch, CommitError};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, unconfirmed};
use crate::signin::secret_hash;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::revoke;

/// RevokeToken. A token that is unknown, expired or already revoked is a success (RFC 7009 section 2.2, settled J17).
///
/// # Errors
/// auth.md 5.6.
pub async fn revoke_token(cx: &Cx<'_>, input: RevokeTokenRequest) -> Result<RevokeTokenResponse> {
    // The operation declares no ResourceNotFoundException.
    let (pool, client) = match cx.client(&input.client_id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => {
            return Err(unconfirmed::not_issued_to_this_client().into());
        }
        other => other?,
    };
    if !secret_hash::secret_is_right(&client, input.client_secret.as_deref()) {
        return Err(unconfirmed::not_issued_to_this_client().into());
    }
    if !client.doc.enable_token_revocation {
        return Err(unconfirmed::revocation_disabled().into());
    }
    if jws::split(&input.token).is_some() {
        return Err(unconfirmed::only_refresh_tokens().into());
    }
    let Some(token) = RefreshToken::open(&pool, &input.token) else {
        return Ok(RevokeTokenResponse {});
    };
    if token.client_id != client.id {
        return Err(unconfirmed::not_issued_to_this_client().into());
    }
    let (user_id, session_id) = (&token.user_id, &token.session_id);
    let batch = revoke::live_session(Batch::new(), &pool.id, user_id, session_id, cx.now());
    let batch = audit::record(cx, batch, &pool.id, Some(user_id));
    match cx.store.commit(batch).await {
        // What ended before ends no more: nothing is written, however often a token is revoked.
        Ok(_) | Err(CommitError::Conflict(sessions::STALE)) => Ok(RevokeTokenResponse {}),
        Err(error) => Err(Fault::Internal(format!("commit: {error}"))),
    }
}
