//! `cimd_policies`: which client metadata documents a pool accepts, and for which app client.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Row, Store, StoreError, params};

/// The policy has changed since it was read, or is gone.
pub const POLICY_STALE: Label = Label("cimd_policy_stale");
/// Another policy of the pool was made, changed or deleted since they were read.
pub const POLICIES_STALE: Label = Label("cimd_policies_stale");
/// The columns of `cimd_policies p` in the order that [`PolicyRow::read`] expects.
macro_rules! columns {
    () => {
        "p.policy_id, p.client_id, p.doc, p.created, p.modified, p.ver, p.mac, \
         (SELECT COUNT(*) FROM clients c WHERE c.pool_id = p.pool_id AND c.client_id = p.client_id)"
    };
}

const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM cimd_policies p WHERE p.pool_id = ?1 AND p.policy_id = ?2"
);
const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM cimd_policies p WHERE p.pool_id = ?1 AND p.policy_id > ?2 ORDER BY p.policy_id LIMIT ?3"
);
const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM cimd_policies p WHERE p.pool_id = ?1 ORDER BY p.policy_id"
);
const ANY: &str = "SELECT 1 FROM cimd_policies WHERE pool_id = ?1 LIMIT 1";
const POOLS: &str = "SELECT DISTINCT pool_id FROM cimd_policies ORDER BY pool_id LIMIT ?1";
const CHANGES: &str = "SELECT n FROM resource_counts WHERE pool_id = ?1 AND resource = ?2";
const COUNT_CHANGE: &str = "INSERT INTO resource_counts (pool_id, resource, n) VALUES (?1, ?2, 1) \
     ON CONFLICT (pool_id, resource) DO UPDATE SET n = resource_counts.n + 1 WHERE resource_counts.n = ?3";
const INSERT: &str = "INSERT INTO cimd_policies (pool_id, policy_id, client_id, doc, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE cimd_policies SET client_id = ?4, doc = ?5, modified = ?6, mac = ?7, ver = ver + 1 \
     WHERE pool_id = ?1 AND policy_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM cimd_policies WHERE pool_id = ?1 AND policy_id = ?2 AND ver = ?3";
const DELETE_DOCUMENTS: &str = "DELETE FROM cimd_documents WHERE pool_id = ?1 AND policy_id = ?2";

/// The name under which policies are counted in `resource_counts`.
pub const RESOURCE: &str = "cimd_policies";
/// The name under which the changes of a pool's policies are counted there: two that are made at once see each other by it.
const CHANGED: &str = "cimd_policy_changes";

rows! {
    /// A policy as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PolicyRow {
        /// Unique in the pool.
        pub policy_id: String,
        /// The app client.
        pub client_id: String,
        /// JSON.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`PolicyRow::signed`].
        pub mac: Option<Vec<u8>>,
        /// True if the app client is there.
        pub has_client: bool,
    }
}

impl PolicyRow {
    /// Returns what is signed of a policy.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("cimd_policies": &self.policy_id, &self.client_id, &self.doc)
    }
}

/// Returns the policy of that id.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    policy_id: &str,
) -> Result<Option<PolicyRow>, StoreError> {
    rows::one(store.first((BY_ID, params![pool_id, policy_id])).await?)
}

/// Returns up to `limit` policies of a pool whose id is above `after`, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<PolicyRow>, StoreError> {
    rows::all(store.all((PAGE, params![pool_id, after, limit])).await?)
}

/// Returns the read of all policies of a pool, for [`policies`].
#[must_use]
pub fn all_of(pool_id: &str) -> Query {
    (ALL, params![pool_id])
}

/// Returns the policies in the answer to [`all_of`].
///
/// # Errors
/// [`StoreError`].
pub fn policies(rows: Vec<Row>) -> Result<Vec<PolicyRow>, StoreError> {
    rows::all(rows)
}

/// True if a pool has a policy.
///
/// # Errors
/// [`StoreError`].
pub async fn any(store: &Store, pool_id: &str) -> Result<bool, StoreError> {
    Ok(store.first((ANY, params![pool_id])).await?.is_some())
}

/// Returns up to `limit` pools that have policies, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn pools(store: &Store, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows = store.all((POOLS, params![limit])).await?;
    rows.iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect()
}

/// Returns the read of the number of changes of a pool's policies, for [`changes`].
#[must_use]
pub fn changes_of(pool_id: &str) -> Query {
    (CHANGES, params![pool_id, CHANGED])
}

/// Returns the number in the answer to [`changes_of`].
///
/// # Errors
/// [`StoreError`].
pub fn changes(rows: &[Row]) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Requires that no policy of the pool has changed since `changes` was read, and counts a change; [`POLICIES_STALE`].
pub fn count_change(batch: Batch, pool_id: &str, changes: i64) -> Batch {
    batch.one(
        COUNT_CHANGE,
        params![pool_id, CHANGED, changes],
        POLICIES_STALE,
    )
}

/// Adds a policy; [`POLICY_STALE`] if there is one of its id.
pub fn insert(batch: Batch, pool_id: &str, row: &PolicyRow) -> Batch {
    let params = params![
        pool_id,
        &row.policy_id,
        &row.client_id,
        &row.doc,
        row.created,
        row.mac.as_ref()
    ];
    batch.one(INSERT, params, POLICY_STALE)
}

/// Replaces client and document of version `row.ver`; [`POLICY_STALE`].
pub fn update(batch: Batch, pool_id: &str, row: &PolicyRow) -> Batch {
    let params = params![
        pool_id,
        &row.policy_id,
        row.ver,
        &row.client_id,
        &row.doc,
        row.modified,
        row.mac.as_ref()
    ];
    batch.one(UPDATE, params, POLICY_STALE)
}

/// Deletes version `row.ver` with the documents that were fetched for it; [`POLICY_STALE`].
pub fn delete(batch: Batch, pool_id: &str, row: &PolicyRow) -> Batch {
    let (id, ver) = (&row.policy_id, row.ver);
    batch
        .one(DELETE, params![pool_id, id, ver], POLICY_STALE)
        .run(DELETE_DOCUMENTS, params![pool_id, id])
}
