//! CancelPointInTimeRecovery: ends a recovery before it changes anything.

use cognate_shapes::{
    CancelPointInTimeRecoveryRequest, CancelPointInTimeRecoveryResponse, RestoreStatusType,
};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::ops::recovery::{find, require, to_api};
use crate::records::recovery::moved;
use crate::recovery::ends;

/// CancelPointInTimeRecovery.
///
/// # Errors
/// ResourceNotFoundException; FeatureUnavailableInTierException on LITE; InvalidParameterException unless the preview is
/// made or stands.
pub async fn cancel_point_in_time_recovery(
    cx: &Cx<'_>,
    input: CancelPointInTimeRecoveryRequest,
) -> Result<CancelPointInTimeRecoveryResponse> {
    use RestoreStatusType as S;
    let (pool, row) = find(cx, &input.user_pool_id, &input.restore_id).await?;
    let open = [S::PreviewGenerating, S::PreviewGenerated];
    require(cx, &pool, &row, &open).await?;
    let batch = ends::end(Batch::new(), &pool, &row, S::PreviewCancelled, cx.now());
    let batch = audit::record(cx, batch, &pool.id, None);
    // The next try sees who was faster.
    cx.commit(batch, |_| Fault::Stale).await?;
    cx.cache.forget(&pool.id, None);
    let after = moved(&pool, &row, S::PreviewCancelled, cx.now());
    Ok(CancelPointInTimeRecoveryResponse {
        restoration: Some(to_api(&after)?),
    })
}
