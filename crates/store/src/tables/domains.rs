//! `domains`: the prefix and custom domains of pools, each of one pool only.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// Another pool has the domain.
pub const DOMAIN_TAKEN: Label = Label("domain_taken");
/// The domain has changed since it was read, or is gone.
pub const DOMAIN_STALE: Label = Label("domain_stale");
/// The pool has a domain, which bars its deletion.
pub const POOL_HAS_DOMAIN: Label = Label("pool_has_domain");

/// The domains of a pool, the prefix first: `domain_key` and `custom`.
const OF_POOL: &str = "SELECT domain_key, pool_id, custom, doc, ver, mac FROM domains WHERE pool_id = ?1 ORDER BY custom";
const BY_KEY: &str =
    "SELECT domain_key, pool_id, custom, doc, ver, mac FROM domains WHERE domain_key = ?1";
const FIRST: &str =
    "SELECT domain_key, pool_id, custom, doc, ver, mac FROM domains ORDER BY domain_key LIMIT ?1";
const INSERT: &str = "INSERT INTO domains (domain_key, pool_id, custom, doc, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE domains SET doc = ?4, modified = ?5, mac = ?6, ver = ver + 1 \
     WHERE domain_key = ?1 AND pool_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM domains WHERE domain_key = ?1 AND pool_id = ?2 AND ver = ?3";

rows! {
    /// A domain as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct DomainRow {
        /// The name of a custom domain; region, slash and prefix of the other kind.
        pub key: String,
        /// The pool that has it.
        pub pool_id: String,
        /// True if it is a custom domain.
        pub custom: bool,
        /// JSON.
        pub doc: String,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`DomainRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl DomainRow {
    /// Returns what is signed of a domain.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("domains": &self.key, self.custom, &self.doc)
    }
}

/// Returns the domain with that key.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, key: &str) -> Result<Option<DomainRow>, StoreError> {
    rows::one(store.first((BY_KEY, params![key])).await?)
}

/// Returns the query of a pool's domains, the prefix first.
#[must_use]
pub fn of_pool(pool_id: &str) -> Query {
    (OF_POOL, params![pool_id])
}

/// Returns the first domains of all pools, by key, at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn first(store: &Store, most: i64) -> Result<Vec<DomainRow>, StoreError> {
    rows::all(store.rows(FIRST, params![most]).await?)
}

/// Adds a domain; [`DOMAIN_TAKEN`] also when the pool has one of the kind.
pub fn insert(batch: Batch, row: &DomainRow, now: i64) -> Batch {
    let params = params![
        &row.key,
        &row.pool_id,
        row.custom,
        &row.doc,
        now,
        row.mac.as_ref()
    ];
    batch.one(INSERT, params, DOMAIN_TAKEN)
}

/// Replaces the document of version `row.ver`; [`DOMAIN_STALE`].
pub fn update(batch: Batch, row: &DomainRow, now: i64) -> Batch {
    let params = params![
        &row.key,
        &row.pool_id,
        row.ver,
        &row.doc,
        now,
        row.mac.as_ref()
    ];
    batch.one(UPDATE, params, DOMAIN_STALE)
}

/// Deletes version `row.ver`; [`DOMAIN_STALE`].
pub fn delete(batch: Batch, row: &DomainRow) -> Batch {
    batch.one(
        DELETE,
        params![&row.key, &row.pool_id, row.ver],
        DOMAIN_STALE,
    )
}
