//! Error texts and messages of import jobs, with their source rows.

use crate::errors::unconfirmed::imports as unconfirmed;
use crate::errors::{ApiError, ErrorCode, api};

/// moving.md 1.4: all went well.
pub const SUCCEEDED: &str = "Import Job Completed Successfully.";
/// moving.md 1.4: more than half of the rows failed or were skipped.
pub const TOO_MANY_FAILED: &str = "Too many users have failed or been skipped during the import.";
/// moving.md 1.4: never started.
pub const EXPIRED: &str = "The user import job has expired.";
/// moving.md 1.4: stopped.
pub const STOPPED: &str = "The Import Job was stopped by the developer.";

/// moving.md 1.4: the line of a row that became a user.
pub const ROW_SUCCEEDED: &str = "The import succeeded.";
/// moving.md 1.4: the line of a row whose user is there.
pub const ROW_SKIPPED: &str = "The user already exists.";
/// moving.md 1.4: the one published reason of a row that failed.
pub const NOTHING_VERIFIED: &str = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).";

/// moving.md 1.4.
pub fn no_file(job_id: &str) -> ApiError {
    api(
        ErrorCode::PreconditionNotMet,
        format!("No csv file was uploaded for {job_id}"),
    )
}

/// A pool has no such job.
pub fn job_not_found(job_id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        unconfirmed::job_not_found(job_id),
    )
}

/// A pool has as many jobs as it may.
pub fn too_many_jobs() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_JOBS)
}

/// moving.md 1.3: a job is started once and stopped while it is active.
pub fn wrong_status(job_id: &str, status: &str) -> ApiError {
    api(
        ErrorCode::PreconditionNotMet,
        unconfirmed::wrong_status(job_id, status),
    )
}

/// moving.md 1.3: no attribute of the pool is verified automatically.
pub fn nothing_auto_verified() -> ApiError {
    api(
        ErrorCode::PreconditionNotMet,
        unconfirmed::NOTHING_AUTO_VERIFIED,
    )
}

/// This server does not know its own URL.
pub fn no_url() -> ApiError {
    api(ErrorCode::PreconditionNotMet, unconfirmed::NO_URL)
}

/// moving.md 1.3: what may not change while a job of the pool is active.
pub fn in_progress() -> ApiError {
    api(ErrorCode::UserImportInProgress, unconfirmed::IN_PROGRESS)
}
