//! `user_import_jobs`, `user_import_chunks`, `user_import_results`: imports of users by CSV, their files until they end, and
//! what became of each line. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// The job has changed since it was read, or is gone.
pub const JOB_STALE: Label = Label("user_import_job_stale");
/// A job of the pool is active.
pub const IMPORT_ACTIVE: Label = Label("user_import_active");

/// Not started yet.
pub const CREATED: i64 = 0;
/// Started, and no node has begun.
pub const PENDING: i64 = 1;
/// A node works on it.
pub const IN_PROGRESS: i64 = 2;
/// Stopped by an administrator.
pub const STOPPED: i64 = 4;
/// Never started in time.
pub const EXPIRED: i64 = 5;
/// Ended without success.
pub const FAILED: i64 = 6;
/// Ended with success.
pub const SUCCEEDED: i64 = 7;

/// The name under which jobs are counted in `resource_counts`.
pub const RESOURCE: &str = "user_import_jobs";
/// The pieces that [`forget_chunks`] deletes at most.
pub const FORGET_CHUNKS: usize = 16;

/// The columns in the order that [`JobRow::read`] expects.
macro_rules! columns {
    () => {
        "pool_id, job_id, status, doc, created, ver, mac"
    };
}

const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_import_jobs WHERE pool_id = ?1 AND job_id = ?2"
);
const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_import_jobs WHERE pool_id = ?1 AND (created, job_id) < (?2, ?3) \
     ORDER BY created DESC, job_id DESC LIMIT ?4"
);
const POOL_OF: &str = "SELECT pool_id FROM user_import_jobs WHERE job_id = ?1 LIMIT 1";
const ACTIVE: &str =
    "SELECT 1 FROM user_import_jobs WHERE pool_id = ?1 AND status > 0 AND status < 4 LIMIT 1";
const OVERDUE: &str = "SELECT pool_id, job_id FROM user_import_jobs WHERE status = 0 AND created <= ?1 \
     ORDER BY created, pool_id, job_id LIMIT ?2";
const INSERT: &str = "INSERT INTO user_import_jobs (pool_id, job_id, status, doc, created, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE user_import_jobs SET status = ?4, doc = ?5, mac = ?6, ver = ver + 1 \
     WHERE pool_id = ?1 AND job_id = ?2 AND ver = ?3";
const AT: &str = "SELECT 1 FROM user_import_jobs WHERE pool_id = ?1 AND job_id = ?2 AND ver = ?3";

const ADD_CHUNK: &str = "INSERT INTO user_import_chunks (pool_id, job_id, upload_id, n, sealed) VALUES (?1, ?2, ?3, ?4, ?5)";
const CHUNK: &str = "SELECT sealed FROM user_import_chunks \
     WHERE pool_id = ?1 AND job_id = ?2 AND upload_id = ?3 AND n = ?4";
const FORGET: &str = "DELETE FROM user_import_chunks WHERE pool_id = ?1 AND (job_id, upload_id, n) IN \
     (SELECT job_id, upload_id, n FROM user_import_chunks WHERE pool_id = ?1 AND job_id = ?2 AND upload_id <> ?3 \
     ORDER BY upload_id, n LIMIT ?4) RETURNING n";

const ADD_RESULTS: &str =
    "INSERT INTO user_import_results (pool_id, job_id, line, doc) VALUES (?1, ?2, ?3, ?4)";
const RESULTS: &str = "SELECT line, doc FROM user_import_results \
     WHERE pool_id = ?1 AND job_id = ?2 AND line > ?3 ORDER BY line LIMIT ?4";

rows! {
    /// A job.
    #[derive(Clone, Debug)]
    pub struct JobRow {
        /// The pool.
        pub pool_id: String,
        /// `import-` and ten letters and digits.
        pub job_id: String,
        /// One of the constants of this file.
        pub status: i64,
        /// JSON, the domain's.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`JobRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl JobRow {
    /// Returns what is signed of a job.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("user_import_jobs": &self.job_id, self.status, &self.doc, self.created)
    }
}

rows! {
    /// What became of some lines.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ResultsRow {
        /// The number of the first line.
        pub line: i64,
        /// JSON, the domain's.
        pub doc: String,
    }
}

/// Returns the job of that id.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, pool_id: &str, job_id: &str) -> Result<Option<JobRow>, StoreError> {
    rows::one(store.first((BY_ID, params![pool_id, job_id])).await?)
}

/// Returns up to `limit` jobs of a pool that are older than a time and an id, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn newest(
    store: &Store,
    pool_id: &str,
    (created, job_id): (i64, &str),
    limit: i64,
) -> Result<Vec<JobRow>, StoreError> {
    let params = params![pool_id, created, job_id, limit];
    rows::all(store.all((NEWEST, params)).await?)
}

/// Returns the pool of a job.
///
/// # Errors
/// [`StoreError`].
pub async fn pool_of(store: &Store, job_id: &str) -> Result<Option<String>, StoreError> {
    let row = store.first((POOL_OF, params![job_id])).await?;
    row.map(|mut row| row.take_text(0)).transpose()
}

/// True if a job of the pool was started and has not ended.
///
/// # Errors
/// [`StoreError`].
pub async fn active(store: &Store, pool_id: &str) -> Result<bool, StoreError> {
    Ok(store.first((ACTIVE, params![pool_id])).await?.is_some())
}

/// Requires that no job of the pool is active; [`IMPORT_ACTIVE`]. It must be after the statement that changes the pool's row:
/// a batch that starts a job holds that row until the commit, so that both cannot happen.
pub fn require_none_active(batch: Batch, pool_id: &str) -> Batch {
    batch.none(ACTIVE, params![pool_id], IMPORT_ACTIVE)
}

/// Returns pool and id of up to `limit` jobs that were created at `until` or before and never started, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn overdue(
    store: &Store,
    until: i64,
    limit: u32,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = store.all((OVERDUE, params![until, limit])).await?;
    let pair = |mut row: Row| Ok((row.take_text(0)?, row.take_text(1)?));
    rows.into_iter().map(pair).collect()
}

/// Adds a job in its first version; [`JOB_STALE`] if the id is taken.
pub fn insert(batch: Batch, row: &JobRow) -> Batch {
    let params = params![
        &row.pool_id,
        &row.job_id,
        row.status,
        &row.doc,
        row.created,
        row.mac.as_ref()
    ];
    batch.one(INSERT, params, JOB_STALE)
}

/// Replaces status and document of version `row.ver`; [`JOB_STALE`].
pub fn update(batch: Batch, row: &JobRow) -> Batch {
    let params = params![
        &row.pool_id,
        &row.job_id,
        row.ver,
        row.status,
        &row.doc,
        row.mac.as_ref()
    ];
    batch.one(UPDATE, params, JOB_STALE)
}

/// Adds a piece of a file to a job that is still at `ver`; [`JOB_STALE`].
pub fn add_chunk(
    batch: Batch,
    (pool_id, job_id): (&str, &str),
    ver: i64,
    upload_id: &str,
    n: i64,
    sealed: Vec<u8>,
) -> Batch {
    batch
        .exists(AT, params![pool_id, job_id, ver], JOB_STALE)
        .one(
            ADD_CHUNK,
            params![pool_id, job_id, upload_id, n, sealed],
            JOB_STALE,
        )
}

/// Returns a piece of a file, sealed.
///
/// # Errors
/// [`StoreError`].
pub async fn chunk(
    store: &Store,
    (pool_id, job_id): (&str, &str),
    upload_id: &str,
    n: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = store
        .first((CHUNK, params![pool_id, job_id, upload_id, n]))
        .await?;
    row.map(|mut row| row.take_bytes(0)).transpose()
}

/// Deletes up to [`FORGET_CHUNKS`] pieces of a job but those of the upload `kept`, and returns a row for each.
pub fn forget_chunks(batch: Batch, (pool_id, job_id): (&str, &str), kept: &str) -> Batch {
    let most = i64::try_from(FORGET_CHUNKS).unwrap_or(1);
    batch.returning(FORGET, params![pool_id, job_id, kept, most])
}

/// Adds what became of some lines; [`JOB_STALE`] if it is known already.
pub fn add_results(batch: Batch, (pool_id, job_id): (&str, &str), row: &ResultsRow) -> Batch {
    let params = params![pool_id, job_id, row.line, &row.doc];
    batch.one(ADD_RESULTS, params, JOB_STALE)
}

/// Returns up to `limit` results of a job whose first line is above `after`, by line.
///
/// # Errors
/// [`StoreError`].
pub async fn results(
    store: &Store,
    (pool_id, job_id): (&str, &str),
    after: i64,
    limit: i64,
) -> Result<Vec<ResultsRow>, StoreError> {
    let params = params![pool_id, job_id, after, limit];
    rows::all(store.all((RESULTS, params)).await?)
}
