//! InitiatePointInTimeRecovery: pauses the changes of a pool's users and begins the preview of a recovery (moving.md 5).

use cognate_crypto::random;
use cognate_shapes::{
    InitiatePointInTimeRecoveryRequest, InitiatePointInTimeRecoveryResponse, RestoreStatusType,
};
use cognate_store::Batch;
use cognate_store::tables::recoveries::{self, RECOVERY_STALE, RecoveryRow};
use cognate_store::tables::{jobs, pools, user_import_jobs};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, recovery as texts};
use crate::jobs::recovery_preview::RecoveryPreview;
use crate::jobs::runner::Job;
use crate::ops::recovery::to_api;
use crate::records::recovery::sign;
use crate::recovery::{job_key, moment};
use crate::resources::pools::{conflict, contended, fresh};

/// InitiatePointInTimeRecovery.
///
/// # Errors
/// FeatureUnavailableInTierException on LITE; ConcurrentModificationException while a recovery, an import or a change of what is
/// immutable is active;
/// InvalidParameterException for a moment out of reach; LimitExceededException.
pub async fn initiate_point_in_time_recovery(
    cx: &Cx<'_>,
    input: InitiatePointInTimeRecoveryRequest,
) -> Result<InitiatePointInTimeRecoveryResponse> {
    contended(cx, attempt(cx, input)).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: InitiatePointInTimeRecoveryRequest,
) -> Result<InitiatePointInTimeRecoveryResponse> {
    let pool = fresh(cx, &input.user_pool_id).await?;
    let target = input.restore_timestamp.0;
    moment::require_plan(&pool)?;
    if pool.paused {
        return Err(texts::already_active().into());
    }
    // The place of the refusal while an import job of the pool is active: `texts::import_active` (moving.md 5.2).
    if pool.doc.reshaping.is_some() {
        return Err(texts::change_active().into());
    }
    moment::check(cx, &pool, target).await?;
    moment::check_counts(cx, &pool).await?;
    let row = RecoveryRow {
        restore_id: cx.memory().once("recovery", random::uuid_v4),
        status: RestoreStatusType::PreviewGenerating.as_str().to_owned(),
        target,
        created: cx.now(),
        changed: cx.now(),
        counts: None,
        ver: 1,
        mac: None,
    };
    let row = sign(&pool, row);
    let batch = pools::pause(Batch::new(), &pool.id, pool.ver);
    let batch = user_import_jobs::require_none_active(batch, &pool.id);
    let batch = recoveries::insert(batch, &pool.id, &row);
    let key = job_key(&pool.id, &row.restore_id);
    let batch = jobs::add(batch, RecoveryPreview::KIND, &key, "");
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        RECOVERY_STALE => Fault::Stale,
        user_import_jobs::IMPORT_ACTIVE => texts::import_active().into(),
        other => conflict(cx, &pool.id, other),
    })
    .await?;
    cx.cache.forget(&pool.id, None);
    Ok(InitiatePointInTimeRecoveryResponse {
        restoration: Some(to_api(&row)?),
    })
}
