//! `consents`: the clients that users let in although nobody at the pool vouches for them.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Query, Row, Store, StoreError, params};

const BY_KEY: &str = "SELECT doc, created, modified, mac FROM consents WHERE pool_id = ?1 AND user_id = ?2 AND consent_key = ?3";
const PUT: &str = "INSERT INTO consents (pool_id, user_id, consent_key, doc, created, modified, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
     ON CONFLICT (pool_id, user_id, consent_key) DO UPDATE SET doc = ?4, modified = ?6, mac = ?7";
const MAKE_ROOM: &str = "DELETE FROM consents WHERE pool_id = ?1 AND user_id = ?2 AND consent_key <> ?3 AND modified <= \
     (SELECT c.modified FROM consents c WHERE c.pool_id = ?1 AND c.user_id = ?2 AND c.consent_key <> ?3 \
     ORDER BY c.modified DESC LIMIT 1 OFFSET ?4)";
const OF_USER: &str = "SELECT doc, created, modified, mac, consent_key FROM consents WHERE pool_id = ?1 AND user_id = ?2 \
     ORDER BY consent_key";
const DELETE: &str =
    "DELETE FROM consents WHERE pool_id = ?1 AND user_id = ?2 AND consent_key = ?3";
const FORGET_USER: &str = "DELETE FROM consents WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A consent as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ConsentRow {
        /// JSON.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Over [`ConsentRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl ConsentRow {
    /// Returns what is signed of a consent.
    #[must_use]
    pub fn signed<'a>(&'a self, user_id: &'a str, key: &'a str) -> Signed<'a> {
        signed!("consents": user_id, key, &self.doc)
    }
}

/// Returns the read of a consent of a user, for [`consent`].
#[must_use]
pub fn by_key(pool_id: &str, user_id: &str, key: &str) -> Query {
    (BY_KEY, params![pool_id, user_id, key])
}

/// Returns the consent in the answer to [`by_key`].
///
/// # Errors
/// [`StoreError`].
pub fn consent(row: Option<Row>) -> Result<Option<ConsentRow>, StoreError> {
    rows::one(row)
}

/// Puts a consent in the place of the one before, and deletes those of the user that were given longest ago where there are
/// `most` others.
pub fn put(
    batch: Batch,
    (pool_id, user_id, key): (&str, &str, &str),
    row: &ConsentRow,
    most: i64,
) -> Batch {
    let params = params![
        pool_id,
        user_id,
        key,
        &row.doc,
        row.created,
        row.modified,
        row.mac.as_ref()
    ];
    batch
        .run(MAKE_ROOM, params![pool_id, user_id, key, most - 1])
        .run(PUT, params)
}

/// Returns all consents of a user, which are as many as [`put`] keeps, each with its key.
///
/// # Errors
/// [`StoreError`].
pub async fn of_user(
    store: &Store,
    pool_id: &str,
    user_id: &str,
) -> Result<Vec<(String, ConsentRow)>, StoreError> {
    let keyed = |mut row: Row| Ok((row.take_text(4)?, ConsentRow::read(&mut row)?));
    let rows = store.all((OF_USER, params![pool_id, user_id])).await?;
    rows.into_iter().map(keyed).collect()
}

/// Deletes a consent of a user, if it is there.
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, key: &str) -> Batch {
    batch.run(DELETE, params![pool_id, user_id, key])
}

/// Deletes all consents of a user.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET_USER, params![pool_id, user_id])
}
