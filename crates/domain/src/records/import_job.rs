//! A job that imports users by CSV.

use cognate_shapes::{
    PasswordHashingAlgorithmType, Timestamp, UserImportJobStatusType as Status, UserImportJobType,
};
use cognate_store::tables::user_import_jobs::{self as table, JobRow};
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::clock::DAY;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;

pub use cognate_store::tables::user_import_jobs::JOB_STALE;

/// The time, in microseconds, after which a job that was not started expires (moving.md 1.3).
pub const LIFETIME: i64 = DAY;

/// A file that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFile {
    /// The upload that its pieces are of.
    pub upload_id: String,
    /// Bytes.
    pub size: u64,
    /// Lines, the header among them.
    pub lines: u64,
}

/// How far a job is: what was read of its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Bytes.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
}

/// What is kept of a job besides its columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportJobDoc {
    /// JobName.
    pub name: String,
    /// CloudWatchLogsRoleArn, which nothing here takes on.
    pub role: String,
    /// What the column of password hashes holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<PasswordHashingAlgorithmType>,
    /// PreSignedUrl.
    pub url: String,
    /// When it was started, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// Who started it: the id of a caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_by: Option<String>,
    /// When it ended, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<i64>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Rows that became users.
    pub imported: i64,
    /// Rows whose user was there before.
    pub skipped: i64,
    /// Rows that could not be used.
    pub failed: i64,
    /// The upload that is under way, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploading: Option<String>,
    /// The latest complete file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<ImportFile>,
    /// The columns of the file, once its header was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// How far it is.
    pub place: Place,
}

/// A job.
#[derive(Clone, Debug)]
pub struct ImportJob {
    /// The pool.
    pub pool_id: String,
    /// JobId.
    pub id: String,
    /// Its status.
    pub status: Status,
    /// The rest.
    pub doc: ImportJobDoc,
    /// Microseconds.
    pub created: i64,
    /// Grows with every change; 0 before the job is stored.
    pub ver: i64,
}

impl ImportJob {
    /// Reads the job of that id.
    ///
    /// # Errors
    /// The store's, and an internal fault for a row that is not signed or does not parse.
    pub async fn find(store: &Store, pool: &Pool, id: &str) -> Result<Option<Self>> {
        let row = table::get(store, &pool.id, id).await?;
        row.map(|row| Self::from_row(pool, row)).transpose()
    }

    /// Returns the job of a row.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed or does not parse.
    pub fn from_row(pool: &Pool, row: JobRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let status = status(row.status).ok_or_else(|| {
            Fault::Internal(format!("job {} has status {}", row.job_id, row.status))
        })?;
        Ok(Self {
            doc: serde_json::from_str(&row.doc)?,
            pool_id: row.pool_id,
            id: row.job_id,
            status,
            created: row.created,
            ver: row.ver,
        })
    }

    fn to_row(&self, pool: &Pool) -> Result<JobRow> {
        let mut row = JobRow {
            pool_id: pool.id.clone(),
            job_id: self.id.clone(),
            status: number(self.status),
            doc: serde_json::to_string(&self.doc)?,
            created: self.created,
            ver: self.ver,
            mac: None,
        };
        row.mac = Some(pool.sign(&row.signed()));
        Ok(row)
    }

    /// Adds the job; [`JOB_STALE`] if the id is taken.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn insert(&self, batch: Batch, pool: &Pool) -> Result<Batch> {
        Ok(table::insert(batch, &self.to_row(pool)?))
    }

    /// Replaces the version that was read; [`JOB_STALE`].
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn save(&self, batch: Batch, pool: &Pool) -> Result<Batch> {
        Ok(table::update(batch, &self.to_row(pool)?))
    }

    /// True if the job has not ended after it was started.
    pub fn is_active(&self) -> bool {
        matches!(
            self.status,
            Status::Pending | Status::InProgress | Status::Stopping
        )
    }

    /// True if the job was not started in time. `now` in microseconds.
    pub fn is_overdue(&self, now: i64) -> bool {
        self.status == Status::Created && self.created.saturating_add(LIFETIME) <= now
    }

    /// Ends the job. `now` in microseconds.
    pub fn end(&mut self, status: Status, message: &str, now: i64) {
        self.status = status;
        self.doc.completed = Some(now);
        self.doc.message = Some(message.to_owned());
        self.doc.uploading = None;
    }

    /// Returns the job as answers show it.
    pub fn to_api(&self) -> UserImportJobType {
        let doc = &self.doc;
        UserImportJobType {
            job_name: Some(doc.name.clone()),
            job_id: Some(self.id.clone()),
            user_pool_id: Some(self.pool_id.clone()),
            pre_signed_url: Some(doc.url.clone()),
            creation_date: Some(Timestamp(self.created)),
            start_date: doc.started.map(Timestamp),
            completion_date: doc.completed.map(Timestamp),
            status: Some(self.status),
            cloud_watch_logs_role_arn: Some(doc.role.clone()),
            imported_users: Some(doc.imported),
            skipped_users: Some(doc.skipped),
            failed_users: Some(doc.failed),
            completion_message: doc.message.clone(),
            password_hashing_algorithm: doc.algorithm,
        }
    }
}

/// The statuses, by their numbers in the table.
const STATUSES: [(i64, Status); 8] = [
    (table::CREATED, Status::Created),
    (table::PENDING, Status::Pending),
    (table::IN_PROGRESS, Status::InProgress),
    // Between an administrator's word and the end of the work; here one commit is both.
    (3, Status::Stopping),
    (table::STOPPED, Status::Stopped),
    (table::EXPIRED, Status::Expired),
    (table::FAILED, Status::Failed),
    (table::SUCCEEDED, Status::Succeeded),
];

fn status(number: i64) -> Option<Status> {
    let found = STATUSES.iter().find(|(n, _)| *n == number);
    found.map(|(_, status)| *status)
}

fn number(status: Status) -> i64 {
    let found = STATUSES.iter().find(|(_, other)| *other == status);
    found.map_or(table::CREATED, |(number, _)| *number)
}
