//! `sessions` and `spent`: who is signed in, and the challenges that were answered with success.
//!
//! A row is found by pool, user and session id (the tokens' `origin_jti`, else their `event_id`). Every access and
//! refresh token is good only while its row is there.

use crate::{Batch, Label, Row, StoreError, Value, params};

/// A challenge was answered twice; the other answer won.
pub const SPENT: Label = Label("challenge_spent");
/// The pool is no longer active.
pub const POOL_GONE: Label = Label("session_pool_gone");
/// The user is gone, disabled, or changed since it was read.
pub const USER_STALE: Label = Label("session_user_stale");
/// The session was changed or ended since it was read.
pub const STALE: Label = Label("session_stale");

/// A live session; parameters: pool, user, session, now.
pub const READ: &str = "SELECT client_id, doc, created, expires, ver FROM sessions \
     WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND expires > ?4";
/// Whether a challenge was answered; parameters: pool, nonce.
pub const READ_SPENT: &str = "SELECT 1 FROM spent WHERE pool_id = ?1 AND nonce = ?2";

const POOL_ACTIVE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0";
const USER_UNCHANGED: &str = "SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3";
const INSERT: &str = "INSERT INTO sessions (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)";
const UPDATE: &str = "UPDATE sessions SET doc = ?4, ver = ver + 1 \
     WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND ver = ?5";
const DELETE: &str = "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3";
const DELETE_OF_USER: &str = "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2";
const SPEND: &str = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES (?1, ?2, ?3, ?4)";

/// A session's columns besides its key.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The client that the user signed in to.
    pub client_id: String,
    /// JSON, the domain's.
    pub doc: String,
    /// Microseconds.
    pub created: i64,
    /// When the row may be swept; later than every token of the session.
    pub expires: i64,
    /// Grows with every change.
    pub ver: i64,
}

impl SessionRow {
    /// From a row of [`READ`].
    ///
    /// # Errors
    /// [`StoreError::Column`].
    pub fn from_row(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            created: row.int(2)?,
            expires: row.int(3)?,
            ver: row.int(4)?,
            client_id: row.take_text(0)?,
            doc: row.take_text(1)?,
        })
    }
}

/// The bucket 0..63 of a row in an index by expiry: the sweep of one node takes one bucket at a time (design, jobs).
#[must_use]
pub fn bucket(key: &str) -> i64 {
    // FNV-1a; only the spread matters.
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    i64::from((hash ^ (hash >> 16)) & 63)
}

/// Parameters of [`READ`].
#[must_use]
pub fn key(pool_id: &str, user_id: &str, session_id: &str, now: i64) -> Vec<Value> {
    params![pool_id, user_id, session_id, now]
}

/// Parameters of [`READ_SPENT`].
#[must_use]
pub fn spent_key(pool_id: &str, nonce: &str) -> Vec<Value> {
    params![pool_id, nonce]
}

/// Requires that the pool is active; conflict [`POOL_GONE`].
pub fn pool_is_active(batch: Batch, pool_id: &str) -> Batch {
    batch.exists(POOL_ACTIVE, params![pool_id], POOL_GONE)
}

/// Requires that the user is there as it was read; conflict [`USER_STALE`].
pub fn user_is_unchanged(batch: Batch, pool_id: &str, user_id: &str, ver: i64) -> Batch {
    batch.exists(USER_UNCHANGED, params![pool_id, user_id, ver], USER_STALE)
}

/// Adds a session.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    row: &SessionRow,
) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            user_id,
            session_id,
            &row.client_id,
            &row.doc,
            row.created,
            row.expires,
            bucket(session_id)
        ],
    )
}

/// Replaces a session's document if the row is still at `ver`; conflict [`STALE`].
pub fn update(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    doc: &str,
    ver: i64,
) -> Batch {
    batch.one(
        UPDATE,
        params![pool_id, user_id, session_id, doc, ver],
        STALE,
    )
}

/// Ends a session if it is there.
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, session_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, user_id, session_id])
}

/// Ends every session of a user.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}

/// Marks a challenge as answered; conflict [`SPENT`] when it already was. `expires`: when the challenge itself ends.
pub fn spend(batch: Batch, pool_id: &str, nonce: &str, expires: i64) -> Batch {
    batch.one(
        SPEND,
        params![pool_id, nonce, expires, bucket(nonce)],
        SPENT,
    )
}
