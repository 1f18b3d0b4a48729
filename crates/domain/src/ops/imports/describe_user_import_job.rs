//! DescribeUserImportJob: shows a job.

use cognate_shapes::{DescribeUserImportJobRequest, DescribeUserImportJobResponse};

use crate::cx::Cx;
use crate::errors::{Result, imports};
use crate::records::import_job::ImportJob;

pub async fn describe_user_import_job(
    cx: &Cx<'_>,
    input: DescribeUserImportJobRequest,
) -> Result<DescribeUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let job = ImportJob::find(&cx.store, &pool, &input.job_id).await?;
    let job = job.ok_or_else(|| imports::job_not_found(&input.job_id))?;
    Ok(DescribeUserImportJobResponse {
        user_import_job: Some(job.to_api()),
    })
}
