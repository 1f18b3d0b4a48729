//! The revocation of a session by its refresh token, for the operation and the endpoint (auth.md 5.6).

use cognate_crypto::jws;
use cognate_store::tables::{browser_sessions, sessions};
use cognate_store::{Batch, CommitError};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::revoke;

/// The outcome of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The token is good no more; it may have been so before, or never been one (settled J17).
    Done,
    /// It is an access or ID token.
    NoRefreshToken,
    /// Another client got it.
    OfAnotherClient,
}

/// Ends the session that a refresh token belongs to, and so the access tokens that came from it. The client has proven
/// itself. With `linked`, the browser's session ends, too, that the session came out of.
///
/// # Errors
/// Those of the store.
pub async fn of_token(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    text: &str,
    linked: bool,
) -> Result<Revoked> {
    if jws::split(text).is_some() {
        return Ok(Revoked::NoRefreshToken);
    }
    let Some(token) = RefreshToken::open(pool, text) else {
        return Ok(Revoked::Done);
    };
    if token.client_id != client.named() {
        return Ok(Revoked::OfAnotherClient);
    }
    let (user_id, session_id) = (&token.user_id, &token.session_id);
    let origin = match linked {
        true => revoke::origin(cx, pool, user_id, session_id).await?,
        false => None,
    };
    let batch = revoke::live_session(Batch::new(), &pool.id, user_id, session_id, cx.now());
    let batch = match origin {
        Some(origin) => browser_sessions::delete_named(batch, &pool.id, user_id, &origin),
        None => batch,
    };
    let batch = audit::record(cx, batch, &pool.id, Some(user_id));
    match cx.store.commit(batch).await {
        // What ended before ends no more: nothing is written, however often a token is revoked.
        Ok(_) | Err(CommitError::Conflict(sessions::STALE)) => Ok(Revoked::Done),
        Err(error) => Err(Fault::Internal(format!("commit: {error}"))),
    }
}
