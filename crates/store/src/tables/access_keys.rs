//! `access_keys`: the credentials of those who may call IAM operations.

use super::rows::{self, Column, rows};
use crate::{Batch, Label, Row, Store, StoreError, params};

const INSERT: &str = "INSERT INTO access_keys (key_id, doc, sealed, enabled, created, ver) VALUES (?1, ?2, ?3, ?4, ?5, 1)";
const GET: &str =
    "SELECT key_id, doc, sealed, enabled, created, ver FROM access_keys WHERE key_id = ?1";
const LIST: &str = "SELECT key_id, doc, sealed, enabled, created, ver FROM access_keys WHERE key_id > ?1 ORDER BY key_id LIMIT ?2";
const SET_ENABLED: &str = "UPDATE access_keys SET enabled = ?3, sealed = ?4, ver = ver + 1 \
     WHERE key_id = ?1 AND ver = ?2";
const DELETE: &str = "DELETE FROM access_keys WHERE key_id = ?1";

/// The id is taken.
pub const EXISTS: Label = Label("access_key_exists");
/// There is no such key, or not in this version.
pub const MISSING: Label = Label("access_key_missing");

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls signed with it are judged by its policy.
    Enabled,
    /// Calls signed with it are refused.
    Disabled,
}

impl Column for State {
    fn take(row: &mut Row, index: usize) -> Result<Self, StoreError> {
        Ok(match row.flag(index)? {
            true => Self::Enabled,
            false => Self::Disabled,
        })
    }
}

rows! {
    /// A key.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AccessKey {
        /// The access key id, as clients send it.
        pub key_id: String,
        /// JSON: the policy document and a description.
        pub doc: String,
        /// The secret, sealed together with `doc` and `state`.
        pub sealed: Vec<u8>,
        /// True if it may be used.
        pub state: State,
        /// Microseconds since the epoch.
        pub created: i64,
        /// Grows with every change; ignored by [`insert`], which starts at 1.
        pub ver: i64,
    }
}

/// Adds a key; a taken id is a conflict under [`EXISTS`].
pub fn insert(batch: Batch, key: &AccessKey) -> Batch {
    batch.one(
        INSERT,
        params![
            &key.key_id,
            &key.doc,
            &key.sealed,
            key.state == State::Enabled,
            key.created
        ],
        EXISTS,
    )
}

/// Returns the key with this id, enabled or not.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, key_id: &str) -> Result<Option<AccessKey>, StoreError> {
    rows::one(store.first((GET, params![key_id])).await?)
}

/// Returns up to `limit` keys whose ids come after `after` (empty: from the first), in order of their ids.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store, after: &str, limit: u32) -> Result<Vec<AccessKey>, StoreError> {
    rows::all(store.all((LIST, params![after, limit])).await?)
}

/// Enables or disables version `ver` of a key, whose secret is sealed for the new state; [`MISSING`].
pub fn set_state(batch: Batch, key_id: &str, ver: i64, state: State, sealed: Vec<u8>) -> Batch {
    batch.one(
        SET_ENABLED,
        params![key_id, ver, state == State::Enabled, sealed],
        MISSING,
    )
}

/// Removes a key; an unknown id is a conflict under [`MISSING`].
pub fn delete(batch: Batch, key_id: &str) -> Batch {
    batch.one(DELETE, params![key_id], MISSING)
}
