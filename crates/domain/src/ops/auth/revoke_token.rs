//! RevokeToken: ends the session of a refresh token and the access tokens that came from it.

use cognate_shapes::{ErrorCode, RevokeTokenRequest, RevokeTokenResponse};

use crate::cx::Cx;
use crate::errors::{Fault, Result, unconfirmed};
use crate::signin::revocation::{self, Revoked};
use crate::signin::secret_hash;
use crate::users::sessions::is_linked;

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
    let linked = is_linked(input.revoke_associated_sessions);
    match revocation::of_token(cx, &pool, &client, &input.token, linked).await? {
        Revoked::Done => Ok(RevokeTokenResponse {}),
        Revoked::NoRefreshToken => Err(unconfirmed::only_refresh_tokens().into()),
        Revoked::OfAnotherClient => Err(unconfirmed::not_issued_to_this_client().into()),
    }
}
