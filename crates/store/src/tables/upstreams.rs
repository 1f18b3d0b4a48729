//! `upstreams`: the pool of another server in front of which a pool stands. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

/// The upstream was changed or ended since it was read.
pub const STALE: Label = Label("upstream_stale");
/// Another command set an upstream in the meantime.
pub const SET_TWICE: Label = Label("upstream_set_twice");

const OF_POOL: &str = "SELECT user_pool, doc, sealed, created, modified, ver, mac FROM upstreams \
     WHERE pool_id = ?1 ORDER BY user_pool LIMIT 1";
const FORGET: &str = "DELETE FROM upstreams WHERE pool_id = ?1";
const INSERT: &str = "INSERT INTO upstreams (pool_id, user_pool, doc, sealed, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const UNCHANGED: &str =
    "SELECT 1 FROM upstreams WHERE pool_id = ?1 AND user_pool = ?2 AND ver = ?3 AND created = ?4";

rows! {
    /// An upstream as it is stored.
    #[derive(Clone, Debug)]
    pub struct UpstreamRow {
        /// The id of the other pool.
        pub user_pool: String,
        /// JSON, the domain's.
        pub doc: String,
        /// The secrets, sealed.
        pub sealed: Vec<u8>,
        /// When the first settings were set.
        pub created: i64,
        /// When these settings were set.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`UpstreamRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl UpstreamRow {
    /// Returns what is signed of an upstream.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("upstreams": &self.user_pool, &self.doc, &self.sealed)
    }
}

/// Returns the upstream of a pool.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, pool_id: &str) -> Result<Option<UpstreamRow>, StoreError> {
    rows::one(store.first((OF_POOL, params![pool_id])).await?)
}

/// Puts an upstream in the place of the one that there is; [`SET_TWICE`]. The same batch must change the pool's row.
pub fn replace(batch: Batch, pool_id: &str, row: &UpstreamRow) -> Batch {
    let params = params![
        pool_id,
        &row.user_pool,
        &row.doc,
        &row.sealed,
        row.created,
        row.modified,
        row.ver,
        row.mac.as_ref()
    ];
    forget(batch, pool_id).one(INSERT, params, SET_TWICE)
}

/// Forgets the upstream of a pool.
pub fn forget(batch: Batch, pool_id: &str) -> Batch {
    batch.run(FORGET, params![pool_id])
}

/// Requires that the upstream is the one that was read; [`STALE`].
pub fn require(batch: Batch, pool_id: &str, row: (&str, i64, i64)) -> Batch {
    let (user_pool, ver, created) = row;
    batch.exists(UNCHANGED, params![pool_id, user_pool, ver, created], STALE)
}
