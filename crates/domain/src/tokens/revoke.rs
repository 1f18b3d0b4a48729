//! Ending sessions: a token is good only while its session's row is there.

use cognate_store::Batch;
use cognate_store::tables::sessions as table;

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

/// Ends every session of a user: sign-out everywhere, disabling, deletion.
pub fn all_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    table::delete_of_user(batch, pool_id, user_id)
}
