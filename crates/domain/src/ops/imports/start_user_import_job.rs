//! StartUserImportJob: lets a job begin whose file is there (moving.md 1.3).

use cognate_shapes::{
    StartUserImportJobRequest, StartUserImportJobResponse, UserImportJobStatusType as Status,
};
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, imports};
use crate::jobs::user_import;
use crate::records::import_job::{ImportJob, JOB_STALE};
use crate::resources;

pub async fn start_user_import_job(
    cx: &Cx<'_>,
    input: StartUserImportJobRequest,
) -> Result<StartUserImportJobResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let job = ImportJob::find(&cx.store, &pool, &input.job_id).await?;
    let mut job = job.ok_or_else(|| imports::job_not_found(&input.job_id))?;
    if job.status != Status::Created || job.is_overdue(cx.now()) {
        let status = match job.status {
            Status::Created => Status::Expired,
            other => other,
        };
        return Err(imports::wrong_status(&job.id, status.as_str()).into());
    }
    if job.doc.file.is_none() {
        return Err(imports::no_file(&job.id).into());
    }
    let verified = pool.doc.auto_verified_attributes.as_ref();
    if verified.is_none_or(Vec::is_empty) {
        return Err(imports::nothing_auto_verified().into());
    }
    job.status = Status::Pending;
    job.doc.started = Some(cx.now());
    job.doc.started_by = cx.caller.id().map(str::to_owned);
    // An upload that is under way comes too late.
    job.doc.uploading = None;
    // The pool stays as it is until the commit: a change of it at this moment comes before the job or is refused.
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = job.save(batch, &pool)?;
    let batch = user_import::plan(batch, &pool.id, &job.id);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        JOB_STALE => Fault::Stale,
        other => resources::pools::conflict(cx, &pool.id, other),
    })
    .await?;
    Ok(StartUserImportJobResponse {
        user_import_job: Some(job.to_api()),
    })
}
