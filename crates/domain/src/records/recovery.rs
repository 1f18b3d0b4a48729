//! A point-in-time recovery, as the rest of the domain sees it.

use cognate_shapes::RestoreStatusType;
use cognate_store::Store;
use cognate_store::tables::recoveries::{self, RecoveryRow};
use serde::{Deserialize, Serialize};

use crate::clock::DAY;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;

/// How long a preview stands after the recovery was initiated, in microseconds (moving.md 5.2).
pub const PREVIEW_STANDS: i64 = DAY;

/// The numbers of rows of one kind that a recovery changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// As in the API.
    pub entity: String,
    /// Were there and are gone.
    pub create: i64,
    /// Have changed.
    pub update: i64,
    /// Came after.
    pub delete: i64,
}

/// Returns a recovery of a pool.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn find(store: &Store, pool: &Pool, restore_id: &str) -> Result<Option<RecoveryRow>> {
    let row = store.first(recoveries::get(&pool.id, restore_id)).await?;
    let Some(mut row) = row else {
        return Ok(None);
    };
    checked(pool, RecoveryRow::read(&mut row)?).map(Some)
}

/// Returns a recovery that was read.
///
/// # Errors
/// An internal fault for a row that is not signed.
pub fn checked(pool: &Pool, row: RecoveryRow) -> Result<RecoveryRow> {
    pool.check(&row.signed(), row.mac.as_deref())?;
    Ok(row)
}

/// Sets the MAC of a recovery.
#[must_use]
pub fn sign(pool: &Pool, mut row: RecoveryRow) -> RecoveryRow {
    row.mac = Some(pool.sign(&row.signed()));
    row
}

/// Returns a recovery in another status since `now`, in microseconds.
#[must_use]
pub fn moved(pool: &Pool, row: &RecoveryRow, to: RestoreStatusType, now: i64) -> RecoveryRow {
    let row = RecoveryRow {
        status: to.as_str().to_owned(),
        changed: now,
        ..row.clone()
    };
    sign(pool, row)
}

/// Returns the status of a recovery.
///
/// # Errors
/// An internal fault for one that the API does not know.
pub fn status(row: &RecoveryRow) -> Result<RestoreStatusType> {
    let unknown = || Fault::Internal(format!("a recovery has the status {}", row.status));
    RestoreStatusType::parse(&row.status).ok_or_else(unknown)
}

/// True while the preview is made or stands.
#[must_use]
pub fn is_preview(status: RestoreStatusType) -> bool {
    use RestoreStatusType as S;
    matches!(status, S::PreviewGenerating | S::PreviewGenerated)
}

/// True if the preview of a recovery stands no longer at `now`, in microseconds.
#[must_use]
pub fn is_over(row: &RecoveryRow, now: i64) -> bool {
    now >= row.created.saturating_add(PREVIEW_STANDS)
}
