//! `signing_keys`, `current_keys` and `spare_keys`: the RSA keys of pools.

use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// Another node made the pool's keys first: read them.
pub const MADE: Label = Label("keys_made");
/// The pool is no longer active.
pub const POOL_GONE: Label = Label("keys_pool_gone");
/// Another node took the spare key first.
pub const SPARE_TAKEN: Label = Label("spare_key_taken");

/// Which keys a pool has, without the keys; parameter: pool. Columns: kid, use, state, whether it signs.
pub const LIST: &str = "SELECT k.kid, k.key_use, k.state, c.kid FROM signing_keys k LEFT JOIN current_keys c \
     ON c.pool_id = k.pool_id AND c.key_use = k.key_use AND c.kid = k.kid WHERE k.pool_id = ?1 ORDER BY k.kid";
/// The keys themselves; parameter: pool.
pub const READ: &str = "SELECT k.kid, k.key_use, k.state, c.kid, k.public, k.sealed, k.created, k.mac FROM signing_keys k \
     LEFT JOIN current_keys c ON c.pool_id = k.pool_id AND c.key_use = k.key_use AND c.kid = k.kid \
     WHERE k.pool_id = ?1 ORDER BY k.kid";
/// Keys made in advance; parameter: how many.
pub const READ_SPARE: &str =
    "SELECT spare_id, public, sealed FROM spare_keys ORDER BY spare_id LIMIT ?1";

const MADE_AT: &str = "SELECT created FROM signing_keys WHERE pool_id = ?1 AND kid = ?2";
const POOL_ACTIVE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0";
const INSERT: &str = "INSERT INTO signing_keys (pool_id, kid, key_use, state, public, sealed, created, mac) \
     VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)";
const MAKE_CURRENT: &str = "INSERT INTO current_keys (pool_id, key_use, kid) VALUES (?1, ?2, ?3)";
const INSERT_SPARE: &str =
    "INSERT INTO spare_keys (spare_id, public, sealed, created) VALUES (?1, ?2, ?3, ?4)";
const DELETE_SPARE: &str = "DELETE FROM spare_keys WHERE spare_id = ?1";

/// When the key was made, in microseconds.
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
/// The key is neither published nor believed any more.
pub const RETIRED: i64 = 2;

/// What [`LIST`] tells of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Its id.
    pub kid: String,
    /// `id` or `access`.
    pub key_use: String,
    /// [`PUBLISHED`], [`SIGNS`] or [`RETIRED`].
    pub state: i64,
    /// Whether new tokens of its use are signed with it.
    pub current: bool,
}

impl KeyState {
    /// From a row of [`LIST`] or [`READ`].
    ///
    /// # Errors
    /// [`StoreError::Column`].
    pub fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            kid: row.text(0)?.to_owned(),
            key_use: row.text(1)?.to_owned(),
            state: row.int(2)?,
            current: row.opt_text(3)?.is_some(),
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

/// What is signed of a key.
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

/// Adds the first keys of an active pool; conflict [`MADE`] when the pool has some already, [`POOL_GONE`].
pub fn insert_first(mut batch: Batch, pool_id: &str, keys: Vec<NewKey<'_>>, now: i64) -> Batch {
    batch = batch.exists(POOL_ACTIVE, params![pool_id], POOL_GONE);
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
