//! StartPointInTimeRecovery: begins the restoration that a preview has announced.

use cognate_shapes::{
    RestoreStatusType, StartPointInTimeRecoveryRequest, StartPointInTimeRecoveryResponse,
};
use cognate_store::Batch;
use cognate_store::tables::{jobs, recoveries};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::jobs::recovery_restore::RecoveryRestore;
use crate::jobs::runner::Job;
use crate::ops::recovery::{find, require, to_api};
use crate::records::recovery::moved;
use crate::recovery::job_key;

/// StartPointInTimeRecovery.
///
/// # Errors
/// ResourceNotFoundException; FeatureUnavailableInTierException on LITE; InvalidParameterException unless the preview
/// stands.
pub async fn start_point_in_time_recovery(
    cx: &Cx<'_>,
    input: StartPointInTimeRecoveryRequest,
) -> Result<StartPointInTimeRecoveryResponse> {
    let (pool, row) = find(cx, &input.user_pool_id, &input.restore_id).await?;
    require(cx, &pool, &row, &[RestoreStatusType::PreviewGenerated]).await?;
    let after = moved(&pool, &row, RestoreStatusType::Restoring, cx.now());
    let batch = recoveries::update(Batch::new(), &pool.id, &after);
    let key = job_key(&pool.id, &row.restore_id);
    let batch = jobs::add(batch, RecoveryRestore::KIND, &key, "");
    let batch = audit::record(cx, batch, &pool.id, None);
    // The next try sees who was faster.
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(StartPointInTimeRecoveryResponse {
        restoration: Some(to_api(&after)?),
    })
}
