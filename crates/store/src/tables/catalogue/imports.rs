//! The tables of imports of users by CSV.

use super::{POOL, Table, sealed};

/// The jobs.
pub(super) const JOBS: Table = Table {
    name: "user_import_jobs",
    key: &["pool_id", "job_id"],
    columns: &["status", "doc", "created", "ver", "mac"],
    signed: Some(&["status", "doc", "created"]),
    ..POOL
};
/// The pieces of their files.
pub(super) const CHUNKS: Table = Table {
    name: "user_import_chunks",
    key: &["pool_id", "job_id", "upload_id", "n"],
    columns: &["sealed"],
    sealed: &[sealed("sealed")],
    ..POOL
};
/// What became of the lines.
pub(super) const RESULTS: Table = Table {
    name: "user_import_results",
    key: &["pool_id", "job_id", "line"],
    columns: &["doc"],
    ..POOL
};
