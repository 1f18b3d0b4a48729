//! CreateUserImportJob: makes a job, and the link by which its file comes (moving.md 1.3, 1.5).

use cognate_shapes::{
    CreateUserImportJobRequest, CreateUserImportJobResponse, UserImportJobStatusType as Status,
};
use cognate_store::tables::{guards, resource_counts, user_import_jobs as table};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, imports};
use crate::moving::csv_import::{link, steps};
use crate::records::import_job::{ImportJob, ImportJobDoc, JOB_STALE};
use crate::resources;

/// The jobs that a pool may have (moving.md 1.3).
const MOST: i64 = 1_000;

const FULL: Label = Label("user_import_jobs_full");

pub async fn create_user_import_job(
    cx: &Cx<'_>,
    input: CreateUserImportJobRequest,
) -> Result<CreateUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let id = steps::new_id();
    let job = ImportJob {
        pool_id: pool.id.clone(),
        status: Status::Created,
        doc: ImportJobDoc {
            name: input.job_name,
            role: input.cloud_watch_logs_role_arn,
            algorithm: input.password_hashing_algorithm,
            url: link::of(cx, &pool, &id)?,
            ..ImportJobDoc::default()
        },
        id,
        created: cx.now(),
        ver: 0,
    };
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = job.insert(batch, &pool)?;
    let batch = resource_counts::take(batch, &pool.id, table::RESOURCE, MOST, FULL);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => imports::too_many_jobs().into(),
        // Another job drew the same id.
        JOB_STALE => Fault::Stale,
        other => resources::pools::conflict(cx, &pool.id, other),
    })
    .await?;
    Ok(CreateUserImportJobResponse {
        user_import_job: Some(job.to_api()),
    })
}
