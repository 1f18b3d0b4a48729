//! `custom_auth`: sign-ins by CUSTOM_AUTH that wait for an answer. A row that has expired is as good as none. Times are
//! microseconds.

use super::rows::rows;
use crate::{Batch, Label, Query, params};

/// The row was changed or ended since it was read.
pub const STALE: Label = Label("custom_auth_stale");

const LIVE: &str = "SELECT sealed, ver FROM custom_auth WHERE pool_id = ?1 AND user_id = ?2 AND row_id = ?3 AND expires > ?4";
const INSERT: &str = "INSERT INTO custom_auth (pool_id, user_id, row_id, sealed, expires, ver, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE custom_auth SET sealed = ?4, expires = ?5, ver = ver + 1 \
     WHERE pool_id = ?1 AND user_id = ?2 AND row_id = ?3 AND ver = ?6";
const DELETE: &str =
    "DELETE FROM custom_auth WHERE pool_id = ?1 AND user_id = ?2 AND row_id = ?3 AND ver = ?4";
const DELETE_OF_USER: &str = "DELETE FROM custom_auth WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A row.
    pub struct CustomAuthRow {
        /// The domain's state, sealed.
        pub sealed: Vec<u8>,
        /// The version.
        pub ver: i64,
    }
}

/// Returns the query of a row that ends after `now`.
#[must_use]
pub fn live(pool_id: &str, user_id: &str, row_id: &str, now: i64) -> Query {
    (LIVE, params![pool_id, user_id, row_id, now])
}

/// Adds a row.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    row_id: &str,
    sealed: Vec<u8>,
    expires: i64,
) -> Batch {
    let bucket = super::sessions::bucket(row_id);
    batch.run(
        INSERT,
        params![pool_id, user_id, row_id, sealed, expires, bucket],
    )
}

/// Puts `sealed` in the place of what was read at `ver` ([`STALE`]).
pub fn update(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    row_id: &str,
    sealed: Vec<u8>,
    expires: i64,
    ver: i64,
) -> Batch {
    batch.one(
        UPDATE,
        params![pool_id, user_id, row_id, sealed, expires, ver],
        STALE,
    )
}

/// Ends what was read at `ver` ([`STALE`]).
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, row_id: &str, ver: i64) -> Batch {
    batch.one(DELETE, params![pool_id, user_id, row_id, ver], STALE)
}

/// Ends all of a user.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}
