//! `signing_keys`, `current_keys` and `spare_keys`: the RSA keys of pools.

use super::guards;
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Row, Store, StoreError, params};

/// Another node made the pool's keys first: read them.
pub const MADE: Label = Label("keys_made");
/// Another node took the spare key first.
pub const SPARE_TAKEN: Label = Label("spare_key_taken");

const LIST: &str = "SELECT k.kid, k.key_use, k.state, c.kid FROM signing_keys k LEFT JOIN current_keys c \
     ON c.pool_id = k.pool_id AND c.key_use = k.key_use AND c.kid = k.kid WHERE k.pool_id = ?1 ORDER BY k.kid";
const OF_POOL: &str = "SELECT k.kid, k.key_use, k.state, c.kid, k.public, k.sealed, k.created, k.mac FROM signing_keys k \
     LEFT JOIN current_keys c ON c.pool_id = k.pool_id AND c.key_use = k.key_use AND c.kid = k.kid \
     WHERE k.pool_id = ?1 ORDER BY k.kid";
const SPARE: &str = "SELECT spare_id, public, sealed FROM spare_keys ORDER BY spare_id LIMIT ?1";

const MADE_AT: &str = "SELECT created FROM signing_keys WHERE pool_id = ?1 AND kid = ?2";
const INSERT: &str = "INSERT INTO signing_keys (pool_id, kid, key_use, state, public, sealed, created, mac) \
     VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)";
const MAKE_CURRENT: &str = "INSERT INTO current_keys (pool_id, key_use, kid) VALUES (?1, ?2, ?3)";
const INSERT_SPARE: &str =
    "INSERT INTO spare_keys (spare_id, public, sealed, created) VALUES (?1, ?2, ?3, ?4)";
const DELETE_SPARE: &str = "DELETE FROM spare_keys WHERE spare_id = ?1";

/// Returns the query of a pool's keys without the keys themselves: kid, use, state, and the kid again if new tokens of
/// the use are signed with it.
#[must_use]
pub fn list(pool_id: &str) -> Query {
    (LIST, params![pool_id])
}

/// Returns the query of a pool's keys: the columns of [`list`], the published form, the sealed key, the time when it
/// was made, and the MAC.
#[must_use]
pub fn of_pool(pool_id: &str) -> Query {
    (OF_POOL, params![pool_id])
}

/// Returns the query of up to `limit` keys made in advance: id, published form, sealed key.
#[must_use]
pub fn spare(limit: i64) -> Query {
    (SPARE, params![limit])
}

/// Returns the time when the key was made, in microseconds.
///
/// # Errors
/// [`StoreError`].
pub async fn made(store: &Store, pool_id: &str, kid: &str) -> Result<Option<i64>, StoreError> {
    store
        .row(MADE_AT, params![pool_id, kid])
        .await?
        .map(|row| row.int(0))
        .transpose()
}

/// The key verifies and is published, but does not sign.
pub const PUBLISHED: i64 = 0;
/// The key signs.
pub const SIGNS: i64 = 1;
/// The key is neither published nor trusted any more.
pub const RETIRED: i64 = 2;

/// A key without the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Its id.
    pub kid: String,
    /// `id` or `access`.
    pub key_use: String,
    /// [`PUBLISHED`], [`SIGNS`] or [`RETIRED`].
    pub state: i64,
    /// True if new tokens of its use are signed with it.
    pub current: bool,
}

impl KeyState {
    /// Reads a row of [`list`] or [`of_pool`], moving the columns out of it.
    ///
    /// # Errors
    /// [`StoreError::Column`] on a row of another shape.
    pub fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            kid: row.take_text(0)?,
            key_use: row.take_text(1)?,
            state: row.int(2)?,
            current: row.take_opt_text(3)?.is_some(),
        })
    }
}

/// A new signing key of a pool.
pub struct NewKey<'a> {
    /// Its id.
    pub kid: &'a str,
    /// `id` or `access`.
    pub key_use: &'a str,
    /// The published form, JSON.
    pub public: &'a str,
    /// The private key, sealed for its row.
    pub sealed: Vec<u8>,
    /// Over [`signed`], of a key that signs.
    pub mac: Vec<u8>,
}

/// Returns what is signed of a key.
#[must_use]
pub fn signed<'a>(
    kid: &'a str,
    key_use: &'a str,
    state: i64,
    public: &'a str,
    sealed: &'a [u8],
) -> Signed<'a> {
    signed!("signing_keys": kid, key_use, state, public, sealed)
}

/// Adds the first keys of an active pool; conflict [`MADE`] when the pool has some already,
/// [`POOL_GONE`](guards::POOL_GONE).
pub fn insert_first(batch: Batch, pool_id: &str, keys: Vec<NewKey<'_>>, now: i64) -> Batch {
    let mut batch = guards::require_pool_active(batch, pool_id);
    for key in keys {
        batch = batch
            .one(MAKE_CURRENT, params![pool_id, key.key_use, key.kid], MADE)
            .one(
                INSERT,
                params![
                    pool_id,
                    key.kid,
                    key.key_use,
                    key.public,
                    key.sealed,
                    now,
                    key.mac
                ],
                MADE,
            );
    }
    batch
}

/// Adds a key made in advance, sealed for server-wide rows.
pub fn insert_spare(
    batch: Batch,
    spare_id: &str,
    public: &str,
    sealed: Vec<u8>,
    now: i64,
) -> Batch {
    batch.run(INSERT_SPARE, params![spare_id, public, sealed, now])
}

/// Takes a spare key for good; conflict [`SPARE_TAKEN`].
pub fn take_spare(batch: Batch, spare_id: &str) -> Batch {
    batch.one(DELETE_SPARE, params![spare_id], SPARE_TAKEN)
}
