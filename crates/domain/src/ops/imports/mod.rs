//! The operations on import jobs, one file each.

pub mod create_user_import_job;
pub mod describe_user_import_job;
pub mod get_csv_header;
pub mod list_user_import_jobs;
pub mod start_user_import_job;
pub mod stop_user_import_job;
