//! What an operator sees of imports: the users who still have the hashes of other systems, jobs, and their logs.

use cognate_crypto::credential::Credential;
use cognate_crypto::seal::{OVERHEAD, RootKey};
use cognate_store::Store;
use cognate_store::tables::{pools, user_import_jobs as table, users};
use serde::Serialize;

use crate::errors::{Result, imports, pool_not_found};
use crate::moving::csv_import::results;
use crate::records::import_job::ImportJob;
use crate::records::pool::Pool;

/// The pools that are looked at, the newest.
const POOLS: i64 = 1_000;
/// The jobs of a pool that are shown, the newest.
const JOBS: i64 = 50;

/// A pool.
#[derive(Debug, Serialize)]
pub struct PoolStatus {
    /// Its id.
    pub pool: String,
    /// Its name.
    pub name: String,
    /// Its users.
    pub users: i64,
    /// Those who have not signed in by their password since they came with the hash of another system.
    pub on_imported_hashes: i64,
    /// The newest jobs, the newest first.
    pub jobs: Vec<JobStatus>,
}

/// A job.
#[derive(Debug, Serialize)]
pub struct JobStatus {
    /// JobId.
    pub job: String,
    /// JobName.
    pub name: String,
    /// Its status.
    pub status: &'static str,
    /// Rows that became users.
    pub imported: i64,
    /// Rows whose user was there before.
    pub skipped: i64,
    /// Rows that could not be used.
    pub failed: i64,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Returns the ids of the pools that ever had users with hashes of other systems.
///
/// # Errors
/// The store's.
pub async fn pools_with_hashes(store: &Store, root: &RootKey) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for id in pools::newest(store, POOLS).await? {
        let pool = Pool::load(store, root, &id).await?;
        if pool.is_some_and(|pool| pool.doc.imported_passwords.is_some()) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Returns the status of a pool. It reads every user.
///
/// # Errors
/// The store's; that there is no such pool.
pub async fn of_pool(store: &Store, root: &RootKey, pool_id: &str) -> Result<PoolStatus> {
    let pool = Pool::load(store, root, pool_id).await?;
    let pool = pool.ok_or_else(|| pool_not_found(pool_id))?;
    let native = Credential::native_length().saturating_add(OVERHEAD);
    let native = i64::try_from(native).unwrap_or(i64::MAX);
    let (sql, params) = users::foreign_credentials(pool_id, native);
    let rows = store.scan(sql, params).await?;
    let on_imported_hashes = rows.first().map_or(Ok(0), |row| row.int(0))?;
    let jobs = table::newest(store, pool_id, (i64::MAX, ""), JOBS).await?;
    let jobs = jobs.into_iter().map(|row| {
        let job = ImportJob::from_row(&pool, row)?;
        Ok(JobStatus {
            status: job.status.as_str(),
            job: job.id,
            name: job.doc.name,
            imported: job.doc.imported,
            skipped: job.doc.skipped,
            failed: job.doc.failed,
            message: job.doc.message,
        })
    });
    Ok(PoolStatus {
        jobs: jobs.collect::<Result<_>>()?,
        users: pools::user_count(store, pool_id).await?,
        on_imported_hashes,
        name: pool.doc.name,
        pool: pool.id,
    })
}

/// Returns some lines of the log of a job that come after line `after`, and the last line among them; None behind the end.
///
/// # Errors
/// The store's; that there is no such job.
pub async fn log(store: &Store, job_id: &str, after: i64) -> Result<Option<(i64, Vec<String>)>> {
    let pool_id = table::pool_of(store, job_id).await?;
    let pool_id = pool_id.ok_or_else(|| imports::job_not_found(job_id))?;
    results::log(store, (&pool_id, job_id), after).await
}
