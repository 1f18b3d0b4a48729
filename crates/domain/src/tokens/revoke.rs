//! Ending sessions: a token is good only while its session's row is there.

use cognate_store::Batch;
use cognate_store::tables::{
    authorization_codes, browser_sessions, consents, device_requests, provider_sessions,
    sessions as table,
};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::tokens::session;

/// Ends one session: its refresh tokens and the access tokens with the same `origin_jti` are refused from the commit
/// on.
pub fn session(batch: Batch, pool_id: &str, user_id: &str, session_id: &str) -> Batch {
    table::delete(batch, pool_id, user_id, session_id)
}

/// As [`session`], for a session that must still be there at `now`; [`STALE`](table::STALE) undoes the batch of one
/// that is not.
pub fn live_session(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    now: i64,
) -> Batch {
    table::delete_live(batch, pool_id, user_id, session_id, now)
}

/// Returns the name of the browser's session that a live session came out of.
///
/// # Errors
/// Those of the store, and an internal fault for a row that is not signed.
pub async fn origin(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    session_id: &str,
) -> Result<Option<String>> {
    let row = table::live(&pool.id, user_id, session_id, cx.now());
    let Some(row) = cx.store.first(row).await? else {
        return Ok(None);
    };
    let (_, doc) = session::read(pool, user_id, session_id, row)?;
    Ok(doc.origin().map(str::to_owned))
}

/// Ends every session of a user, and everything that the user gave for one that is not opened yet: codes that wait for
/// their exchange, devices that were let in, the consent to clients that nobody vouches for. For the sign-out everywhere, disabling, deletion. Browsers' sessions stay
/// (endpoints.md 1.13), and so does a sign-in that still lacks a proof: its session begins after this.
pub fn all_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    let batch = authorization_codes::delete_of_user(batch, pool_id, user_id);
    let batch = device_requests::delete_of_user(batch, pool_id, user_id);
    let batch = consents::forget_user(batch, pool_id, user_id);
    table::delete_of_user(batch, pool_id, user_id)
}

/// As [`all_of_user`], browsers' sessions too: for a user who may not sign in any more.
pub fn everything_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    let batch = browser_sessions::delete_of_user(batch, pool_id, user_id);
    let batch = provider_sessions::delete_of_user(batch, pool_id, user_id);
    all_of_user(batch, pool_id, user_id)
}

/// Ends a browser's session, and everything that came out of it: token sessions, codes that wait for their exchange,
/// devices that were let in. What an exchange takes goes first and in its order, so that of two at once the second one sees
/// what the first one did.
pub fn everything_of_origin(batch: Batch, pool_id: &str, user_id: &str, origin: &str) -> Batch {
    let batch = browser_sessions::delete_named(batch, pool_id, user_id, origin);
    let batch = authorization_codes::delete_of_origin(batch, pool_id, user_id, origin);
    let batch = device_requests::delete_of_origin(batch, pool_id, user_id, origin);
    let batch = provider_sessions::delete(batch, pool_id, origin);
    table::delete_of_origin(batch, pool_id, user_id, origin)
}
