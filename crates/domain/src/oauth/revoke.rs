//! The revocation of a refresh token (endpoints.md 1.8, RFC 7009).

use crate::cx::Cx;
use crate::errors::oauth::{
    INVALID_CLIENT, INVALID_GRANT, NO_TOKEN, UNSUPPORTED_OPERATION, UNSUPPORTED_TOKEN_TYPE,
};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::{Credentials, client};
use crate::signin::revocation::{self, Revoked};

/// Ends the session of a refresh token. A token that is unknown, expired or already revoked is a success (settled J17).
///
/// # Errors
/// Faults. Refusals, in this order: `invalid_client` for a client that is not known or not proven (settled J14);
/// `invalid_request` without a token and for a client without revocation (settled J15); `unsupported_token_type` for an
/// access or ID token; `invalid_client` for the token of another client.
pub async fn token(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    token: Option<&str>,
) -> Answer<()> {
    settle(revoke(cx, credentials, token).await)
}

async fn revoke(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    token: Option<&str>,
) -> Result<(), Stop> {
    let (pool, client) = client::find_named(cx, credentials)
        .await
        .map_err(unmapped)?;
    if !client::is_proven(&client, credentials) {
        return Err(INVALID_CLIENT.into());
    }
    let token = token.filter(|token| !token.is_empty());
    let token = token.ok_or(NO_TOKEN)?;
    if !client.doc.enable_token_revocation {
        return Err(UNSUPPORTED_OPERATION.into());
    }
    match revocation::of_token(cx, &pool, &client, token, false).await? {
        Revoked::Done => Ok(()),
        Revoked::NoRefreshToken => Err(UNSUPPORTED_TOKEN_TYPE.into()),
        Revoked::OfAnotherClient => Err(INVALID_CLIENT.into()),
    }
}

/// A URL that no policy maps (any more) is no client here.
fn unmapped(stop: Stop) -> Stop {
    match stop {
        Stop::Refused(refusal) if refusal.error == INVALID_GRANT.error => INVALID_CLIENT.into(),
        other => other,
    }
}
