//! ListUserImportJobs: pages through the jobs of a pool, the newest first.

use cognate_shapes::{ListUserImportJobsRequest, ListUserImportJobsResponse};
use cognate_store::tables::user_import_jobs as table;

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::records::import_job::ImportJob;

/// The longest page, though a request may ask for more (moving.md 1.3).
const LONGEST: i64 = 50;
/// Behind every time and id.
const BEGIN: (i64, &str) = (i64::MAX, "");

pub async fn list_user_import_jobs(
    cx: &Cx<'_>,
    input: ListUserImportJobsRequest,
) -> Result<ListUserImportJobsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let cursor = match &input.pagination_token {
        Some(token) => Some(paging::open(cx, &pool.id, "", token)?),
        None => None,
    };
    let cursor = cursor.as_deref().and_then(|text| text.split_once('/'));
    let before = match cursor {
        Some((created, id)) => (created.parse().unwrap_or_default(), id),
        None => BEGIN,
    };
    let size = paging::size(Some(input.max_results)).min(LONGEST);
    // One more than the page, to know whether there is another.
    let rows = table::newest(&cx.store, &pool.id, before, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let jobs = rows.into_iter().map(|row| ImportJob::from_row(&pool, row));
    let jobs: Vec<ImportJob> = jobs.collect::<Result<_>>()?;
    let last = jobs.last().filter(|_| more);
    let token = last.map(|job| {
        let cursor = format!("{}/{}", job.created, job.id);
        paging::seal(cx, &pool.id, "", &cursor)
    });
    Ok(ListUserImportJobsResponse {
        user_import_jobs: Some(jobs.iter().map(ImportJob::to_api).collect()),
        pagination_token: token,
    })
}
