//! The ends of a recovery: each lets the users of the pool change again.

use cognate_shapes::RestoreStatusType;
use cognate_store::tables::recoveries::{self, RecoveryRow};
use cognate_store::tables::{jobs, pools};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::audit::{DONE, Entry};
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::recovery::{is_over, is_preview, moved, status};
use crate::recovery::job_key;

/// The kind of the job that deletes what was noted of a recovery that has ended.
pub const CLEANUP: &str = "recovery_cleanup";

/// Ends a recovery in a status at `now`, in microseconds: the batch is a conflict if the recovery has changed since it was
/// read.
pub fn end(batch: Batch, pool: &Pool, row: &RecoveryRow, to: RestoreStatusType, now: i64) -> Batch {
    let batch = recoveries::update(batch, &pool.id, &moved(pool, row, to, now));
    let batch = pools::resume(batch, &pool.id);
    jobs::add(batch, CLEANUP, &job_key(&pool.id, &row.restore_id), "")
}

/// Appends what a job has done to a recovery.
pub fn record(batch: Batch, pool: &Pool, row: &RecoveryRow, what: &str, now: i64) -> Batch {
    let entry = Entry {
        operation: what,
        result: DONE,
        detail: Some(&row.restore_id),
        ..Entry::default()
    };
    entry.append(batch, &pool.id, now)
}

/// Ends a recovery whose preview stands no longer; false if it stands or another node was faster.
///
/// # Errors
/// The store's.
pub async fn expire(app: &App, pool: &Pool, row: &RecoveryRow) -> Result<bool> {
    let now = app.clock.service();
    if !is_preview(status(row)?) || !is_over(row, now) {
        return Ok(false);
    }
    let to = RestoreStatusType::PreviewExpired;
    let batch = end(Batch::new(), pool, row, to, now);
    let batch = record(batch, pool, row, "PointInTimeRecoveryExpired", now);
    commit(app, pool, batch).await
}

/// Commits a step of a recovery and forgets what is known of the pool; false if something has changed since it was read.
///
/// # Errors
/// The store's.
pub async fn commit(app: &App, pool: &Pool, batch: Batch) -> Result<bool> {
    let committed = app.store.commit(batch).await;
    app.cache.forget(&pool.id, None);
    match committed {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}
