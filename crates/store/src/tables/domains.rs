//! `domains`: the prefix and custom domains of pools, each of one pool only.

use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, Store, StoreError, Value, params};

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
const ANY_OF_POOL: &str = "SELECT 1 FROM domains WHERE pool_id = ?1";
const INSERT: &str = "INSERT INTO domains (domain_key, pool_id, custom, doc, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE domains SET doc = ?4, modified = ?5, mac = ?6, ver = ver + 1 \
     WHERE domain_key = ?1 AND pool_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM domains WHERE domain_key = ?1 AND pool_id = ?2 AND ver = ?3";

/// A domain as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRow {
    /// The name of a custom domain; region, slash and prefix of the other kind.
    pub key: String,
    /// Whose it is.
    pub pool_id: String,
    /// Whether it is a custom domain.
    pub custom: bool,
    /// JSON.
    pub doc: String,
    /// Grows with every change.
    pub ver: i64,
    /// Over [`DomainRow::signed`].
    pub mac: Option<Vec<u8>>,
}

impl DomainRow {
    /// Takes a row of [`of_pool`].
    ///
    /// # Errors
    /// [`StoreError::Column`] on a row of another shape.
    pub fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.take_text(0)?,
            pool_id: row.take_text(1)?,
            custom: row.flag(2)?,
            doc: row.take_text(3)?,
            ver: row.int(4)?,
            mac: row.take_opt_bytes(5)?,
        })
    }

    /// What is signed of a domain.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("domains": &self.key, self.custom, &self.doc)
    }
}

/// The domain with that key.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, key: &str) -> Result<Option<DomainRow>, StoreError> {
    let row = store.row(BY_KEY, params![key]).await?;
    row.map(DomainRow::read).transpose()
}

/// The read of a pool's domains, the prefix first; for use among others in one `Store::read`.
#[must_use]
pub fn of_pool(pool_id: &str) -> (&'static str, Vec<Value>) {
    (OF_POOL, params![pool_id])
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

/// Takes version `row.ver` away; [`DOMAIN_STALE`].
pub fn delete(batch: Batch, row: &DomainRow) -> Batch {
    batch.one(
        DELETE,
        params![&row.key, &row.pool_id, row.ver],
        DOMAIN_STALE,
    )
}

/// Demands that a pool has no domain; [`POOL_HAS_DOMAIN`]. It must stand behind the statement that ends the pool: who
/// adds a domain holds the pool's row until the commit, so that both cannot happen.
pub fn guard_none(batch: Batch, pool_id: &str) -> Batch {
    batch.none(ANY_OF_POOL, params![pool_id], POOL_HAS_DOMAIN)
}
