//! StopUserImportJob: ends a job that was started, for good. The users that it has imported stay (moving.md 1.3).

use cognate_shapes::{
    StopUserImportJobRequest, StopUserImportJobResponse, UserImportJobStatusType as Status,
};
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, imports};
use crate::records::import_job::{ImportJob, JOB_STALE};
use crate::resources;

pub async fn stop_user_import_job(
    cx: &Cx<'_>,
    input: StopUserImportJobRequest,
) -> Result<StopUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let job = ImportJob::find(&cx.store, &pool, &input.job_id).await?;
    let mut job = job.ok_or_else(|| imports::job_not_found(&input.job_id))?;
    if !job.is_active() {
        return Err(imports::wrong_status(&job.id, job.status.as_str()).into());
    }
    // The commit ends the job: rows that a node has in hand now require the version before it.
    job.end(Status::Stopped, imports::STOPPED, cx.now());
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = job.save(batch, &pool)?;
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        JOB_STALE => Fault::Stale,
        other => resources::pools::conflict(cx, &pool.id, other),
    })
    .await?;
    Ok(StopUserImportJobResponse {
        user_import_job: Some(job.to_api()),
    })
}
