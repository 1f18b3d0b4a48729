//! Point-in-time recovery.

pub mod cancel_point_in_time_recovery;
pub mod describe_point_in_time_recovery;
pub mod initiate_point_in_time_recovery;
pub mod list_point_in_time_recoveries;
pub mod start_point_in_time_recovery;

use cognate_shapes::{RestorationType, RestorePreviewType, RestoreStatusType, Timestamp};
use cognate_store::tables::recoveries::RecoveryRow;

use crate::cx::Cx;
use crate::errors::{Result, recovery as texts};
use crate::records::pool::Pool;
use crate::records::recovery::{self, Counts};
use crate::recovery::{ends, moment};
use crate::resources;

/// Returns a pool, past the cache, and a recovery of it.
///
/// # Errors
/// ResourceNotFoundException; FeatureUnavailableInTierException for a pool whose plan has no recovery.
async fn find(cx: &Cx<'_>, pool_id: &str, restore_id: &str) -> Result<(Pool, RecoveryRow)> {
    let pool = resources::pools::fresh(cx, pool_id).await?;
    moment::require_plan(&pool)?;
    let row = recovery::find(&cx.store, &pool, restore_id).await?;
    let row = row.ok_or_else(|| texts::not_found(restore_id))?;
    Ok((pool, row))
}

/// Refuses a recovery in another status than these, and ends one whose preview stands no longer.
///
/// # Errors
/// InvalidParameterException.
async fn require(
    cx: &Cx<'_>,
    pool: &Pool,
    row: &RecoveryRow,
    wanted: &[RestoreStatusType],
) -> Result<()> {
    let expired = RestoreStatusType::PreviewExpired;
    let status = recovery::status(row)?;
    if recovery::is_preview(status) && recovery::is_over(row, cx.now()) {
        ends::expire(cx, pool, row).await?;
        return Err(texts::wrong_status(expired.as_str()).into());
    }
    match wanted.contains(&status) {
        true => Ok(()),
        false => Err(texts::wrong_status(status.as_str()).into()),
    }
}

/// Returns a recovery as every operation but the list shows it.
fn to_api(row: &RecoveryRow) -> Result<RestorationType> {
    let preview = row.counts.as_deref().map(|counts| {
        let counts: Vec<Counts> = serde_json::from_str(counts)?;
        let shown = counts.into_iter().map(|counts| RestorePreviewType {
            entity: Some(counts.entity),
            create_count: Some(counts.create),
            update_count: Some(counts.update),
            delete_count: Some(counts.delete),
        });
        Ok::<_, serde_json::Error>(shown.collect())
    });
    Ok(RestorationType {
        restore_id: Some(row.restore_id.clone()),
        restore_status: Some(recovery::status(row)?),
        restore_timestamp: Some(Timestamp(row.target)),
        trigger_timestamp: Some(Timestamp(row.created)),
        restore_preview: preview.transpose()?,
    })
}
