//! `recoveries`: the point-in-time recoveries of pools, open and ended.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The recovery is gone, or not at the version or in the status that was read.
pub const RECOVERY_STALE: Label = Label("recovery_stale");

/// The number of the migration that makes these tables.
const MIGRATION: i64 = 30;

/// The columns in the order that [`RecoveryRow::read`] expects.
macro_rules! columns {
    () => {
        "restore_id, status, target, created, changed, counts, ver, mac"
    };
}

const GET: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM recoveries WHERE pool_id = ?1 AND restore_id = ?2"
);
const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM recoveries WHERE pool_id = ?1 AND (created, restore_id) < (?2, ?3) \
     ORDER BY created DESC, restore_id DESC LIMIT ?4"
);
const INSERT: &str = "INSERT INTO recoveries (pool_id, restore_id, status, target, created, changed, counts, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)";
const UPDATE: &str = "UPDATE recoveries SET status = ?4, changed = ?5, counts = ?6, mac = ?7, ver = ver + 1 \
     WHERE pool_id = ?1 AND restore_id = ?2 AND ver = ?3";
const IN_STATUS: &str =
    "SELECT 1 FROM recoveries WHERE pool_id = ?1 AND restore_id = ?2 AND status = ?3";
const OLDER: &str = "SELECT pool_id, restore_id FROM recoveries WHERE status = ?1 AND created <= ?2 \
     ORDER BY created, pool_id, restore_id LIMIT 16";

rows! {
    /// A recovery.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RecoveryRow {
        /// Its id.
        pub restore_id: String,
        /// As in the API.
        pub status: String,
        /// The moment to which the pool returns, in microseconds.
        pub target: i64,
        /// When it was initiated, in microseconds.
        pub created: i64,
        /// When the status last changed, in microseconds.
        pub changed: i64,
        /// The preview, JSON.
        pub counts: Option<String>,
        /// Grows with every change; 1 in a new one.
        pub ver: i64,
        /// Over [`RecoveryRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl RecoveryRow {
    /// Returns what is signed of a recovery.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("recoveries": &self.restore_id, &self.status, self.target, self.created)
    }
}

/// Returns the query of a recovery.
#[must_use]
pub fn get(pool_id: &str, restore_id: &str) -> Query {
    (GET, params![pool_id, restore_id])
}

/// Returns up to `limit` recoveries of a pool before a place (time in microseconds and id), the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn newest(
    store: &Store,
    pool_id: &str,
    (created, restore_id): (i64, &str),
    limit: i64,
) -> Result<Vec<RecoveryRow>, StoreError> {
    let params = params![pool_id, created, restore_id, limit];
    rows::all(store.all((NEWEST, params)).await?)
}

/// Returns pool and id of up to 16 recoveries in a status that were initiated until a moment, in microseconds.
///
/// # Errors
/// [`StoreError`].
pub async fn older(
    store: &Store,
    status: &str,
    until: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = store.rows(OLDER, params![status, until]).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?)))
        .collect()
}

/// Returns since when programs on this database keep images, in microseconds of the wall clock.
///
/// # Errors
/// [`StoreError`].
pub async fn kept_since(store: &Store) -> Result<i64, StoreError> {
    let row = store
        .row(crate::migrate::APPLIED_AT, params![MIGRATION])
        .await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Adds a recovery.
pub fn insert(batch: Batch, pool_id: &str, row: &RecoveryRow) -> Batch {
    let params = params![
        pool_id,
        &row.restore_id,
        &row.status,
        row.target,
        row.created,
        row.changed,
        row.counts.as_ref(),
        row.mac.as_ref()
    ];
    batch.one(INSERT, params, RECOVERY_STALE)
}

/// Changes the status of a recovery that is still at `row.ver`, and what comes with it; [`RECOVERY_STALE`].
pub fn update(batch: Batch, pool_id: &str, row: &RecoveryRow) -> Batch {
    let params = params![
        pool_id,
        &row.restore_id,
        row.ver,
        &row.status,
        row.changed,
        row.counts.as_ref(),
        row.mac.as_ref()
    ];
    batch.one(UPDATE, params, RECOVERY_STALE)
}

/// Requires that a recovery is in a status; [`RECOVERY_STALE`].
pub fn require_status(batch: Batch, pool_id: &str, restore_id: &str, status: &str) -> Batch {
    batch.exists(
        IN_STATUS,
        params![pool_id, restore_id, status],
        RECOVERY_STALE,
    )
}
