//! `software_tokens`: the authenticator app of a user, and the one that is being set up.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The row was changed since it was read: another code was used, or another app set up.
pub const TOKEN_STALE: Label = Label("software_token_stale");

const OF_USER: &str = "SELECT seed, last_step, pending, ver, mac FROM software_tokens WHERE pool_id = ?1 AND user_id = ?2";
const PUT_PENDING: &str = "INSERT INTO software_tokens (pool_id, user_id, seed, last_step, pending, ver, mac) \
     VALUES (?1, ?2, NULL, 0, ?3, 1, ?4) ON CONFLICT (pool_id, user_id) DO UPDATE SET pending = excluded.pending, \
     ver = software_tokens.ver + 1";
const PUT_REGISTERED: &str = "INSERT INTO software_tokens (pool_id, user_id, seed, last_step, pending, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, NULL, 1, ?5) ON CONFLICT (pool_id, user_id) DO UPDATE SET seed = excluded.seed, \
     last_step = excluded.last_step, mac = excluded.mac, pending = NULL, ver = software_tokens.ver + 1";
const REGISTER: &str = "UPDATE software_tokens SET seed = ?4, last_step = ?5, mac = ?6, pending = NULL, ver = ver + 1 \
     WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3";
const USE: &str = "UPDATE software_tokens SET last_step = ?4, mac = ?5, ver = ver + 1 \
     WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3 AND last_step < ?4";
const DELETE: &str = "DELETE FROM software_tokens WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A user's authenticator app as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SoftwareTokenRow {
        /// The registered seed, sealed.
        pub seed: Option<Vec<u8>>,
        /// The newest time step whose code was used; 0 for none.
        pub last_step: i64,
        /// The seed that waits for its first code, sealed.
        pub pending: Option<Vec<u8>>,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`signed`].
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns what is signed of a user's row. The pending seed is of no use to anybody without its first code, and is
/// sealed.
#[must_use]
pub fn signed<'a>(user_id: &'a str, seed: Option<&'a [u8]>, last_step: i64) -> Signed<'a> {
    signed!("software_tokens": user_id, seed, last_step)
}

/// Returns the query of a user's row.
#[must_use]
pub fn of_user(pool_id: &str, user_id: &str) -> Query {
    (OF_USER, params![pool_id, user_id])
}

/// Reads a user's row.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    user_id: &str,
) -> Result<Option<SoftwareTokenRow>, StoreError> {
    rows::one(store.first(of_user(pool_id, user_id)).await?)
}

/// Stores a seed that waits for its first code and replaces an older one that waits; the registered one stays.
/// `mac`: of a row without a registered one.
pub fn put_pending(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    sealed: Vec<u8>,
    mac: Vec<u8>,
) -> Batch {
    batch.run(PUT_PENDING, params![pool_id, user_id, sealed, mac])
}

/// Stores a registered seed in the place of whatever is there.
pub fn put_registered(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    sealed: Vec<u8>,
    step: i64,
    mac: Vec<u8>,
) -> Batch {
    let params = params![pool_id, user_id, sealed, step, mac];
    batch.run(PUT_REGISTERED, params)
}

/// Puts the seed that was pending at `ver` in the place of the registered one; conflict [`TOKEN_STALE`]. `step`: that
/// of the code by which it was confirmed.
pub fn register(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    ver: i64,
    sealed: Vec<u8>,
    step: i64,
    mac: Vec<u8>,
) -> Batch {
    batch.one(
        REGISTER,
        params![pool_id, user_id, ver, sealed, step, mac],
        TOKEN_STALE,
    )
}

/// Remembers that the code of `step` was used, if the row is still at `ver` and no code as new was; conflict
/// [`TOKEN_STALE`].
pub fn use_step(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    ver: i64,
    step: i64,
    mac: Vec<u8>,
) -> Batch {
    batch.one(USE, params![pool_id, user_id, ver, step, mac], TOKEN_STALE)
}

/// Forgets a user's authenticator app, and the one being set up.
pub fn delete(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, user_id])
}
