//! `cimd_documents`: the client metadata documents that were fetched for the policies of a pool.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Row, Store, StoreError, params};

/// The document has changed since it was read, or is gone.
pub const DOCUMENT_STALE: Label = Label("cimd_document_stale");
/// The policy is gone.
pub const POLICY_GONE: Label = Label("cimd_policy_gone");

const BY_URL: &str = "SELECT url, doc, cached, ends, used, ver, mac FROM cimd_documents \
     WHERE pool_id = ?1 AND policy_id = ?2 AND url = ?3";
const PAGE: &str = "SELECT url, doc, cached, ends, used, ver, mac FROM cimd_documents \
     WHERE pool_id = ?1 AND policy_id = ?2 AND url > ?3 ORDER BY url LIMIT ?4";
const INSERT: &str = "INSERT INTO cimd_documents (pool_id, policy_id, url, doc, cached, ends, used, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)";
const UPDATE: &str = "UPDATE cimd_documents SET doc = ?5, cached = ?6, ends = ?7, used = ?8, mac = ?9, ver = ver + 1 \
     WHERE pool_id = ?1 AND policy_id = ?2 AND url = ?3 AND ver = ?4";
const POLICY: &str = "SELECT 1 FROM cimd_policies WHERE pool_id = ?1 AND policy_id = ?2";
const MAKE_ROOM: &str = "DELETE FROM cimd_documents WHERE pool_id = ?1 AND policy_id = ?2 AND used <= \
     (SELECT d.used FROM cimd_documents d WHERE d.pool_id = ?1 AND d.policy_id = ?2 ORDER BY d.used DESC LIMIT 1 OFFSET ?3)";
const MAKE_ROOM_IN_POOL: &str = "DELETE FROM cimd_documents WHERE pool_id = ?1 AND used <= \
     (SELECT d.used FROM cimd_documents d WHERE d.pool_id = ?1 ORDER BY d.used DESC LIMIT 1 OFFSET ?2)";
const TOUCH: &str = "UPDATE cimd_documents SET used = ?4 WHERE pool_id = ?1 AND policy_id = ?2 AND url = ?3 AND used < ?4";

rows! {
    /// A document as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct DocumentRow {
        /// The URL, which is the id of the client.
        pub url: String,
        /// JSON; empty without a document.
        pub doc: String,
        /// The time of the fetch in microseconds; 0 without a document.
        pub cached: i64,
        /// The end of the document in the cache, in microseconds; 0 without a document.
        pub ends: i64,
        /// The last use in microseconds, as of a day ago at most.
        pub used: i64,
        /// Grows with every document.
        pub ver: i64,
        /// Over [`DocumentRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl DocumentRow {
    /// Returns what is signed of a document. `policy_id`: the policy that it was fetched for.
    #[must_use]
    pub fn signed<'a>(&'a self, policy_id: &'a str) -> Signed<'a> {
        signed!("cimd_documents": policy_id, &self.url, &self.doc, self.cached, self.ends)
    }
}

/// Returns the read of the document of a URL, for [`document`].
#[must_use]
pub fn by_url(pool_id: &str, policy_id: &str, url: &str) -> Query {
    (BY_URL, params![pool_id, policy_id, url])
}

/// Returns the document in the answer to [`by_url`].
///
/// # Errors
/// [`StoreError`].
pub fn document(row: Option<Row>) -> Result<Option<DocumentRow>, StoreError> {
    rows::one(row)
}

/// Returns up to `limit` documents of a policy whose URL is above `after`, by URL.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    policy_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<DocumentRow>, StoreError> {
    let params = params![pool_id, policy_id, after, limit];
    rows::all(store.all((PAGE, params)).await?)
}

/// The most documents.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Of a policy.
    pub of_policy: i64,
    /// Of all policies of a pool.
    pub of_pool: i64,
}

/// Adds a document of a policy that is still there, and deletes those that were unused for longest where there are `most`;
/// [`POLICY_GONE`], [`DOCUMENT_STALE`].
pub fn insert(
    batch: Batch,
    pool_id: &str,
    policy_id: &str,
    row: &DocumentRow,
    most: Most,
) -> Batch {
    let params = params![
        pool_id,
        policy_id,
        &row.url,
        &row.doc,
        row.cached,
        row.ends,
        row.used,
        row.mac.as_ref()
    ];
    batch
        .exists(POLICY, params![pool_id, policy_id], POLICY_GONE)
        .run(MAKE_ROOM, params![pool_id, policy_id, most.of_policy - 1])
        .run(MAKE_ROOM_IN_POOL, params![pool_id, most.of_pool - 1])
        .one(INSERT, params, DOCUMENT_STALE)
}

/// Replaces version `row.ver`; [`DOCUMENT_STALE`].
pub fn update(batch: Batch, pool_id: &str, policy_id: &str, row: &DocumentRow) -> Batch {
    let params = params![
        pool_id,
        policy_id,
        &row.url,
        row.ver,
        &row.doc,
        row.cached,
        row.ends,
        row.used,
        row.mac.as_ref()
    ];
    batch.one(UPDATE, params, DOCUMENT_STALE)
}

/// Keeps the time of a use, if it is later than the last one that was kept.
pub fn touch(batch: Batch, pool_id: &str, policy_id: &str, url: &str, used: i64) -> Batch {
    batch.run(TOUCH, params![pool_id, policy_id, url, used])
}
