//! Imports and exports of users, backups.

pub mod apply;
pub mod csv_import;
pub mod export;
pub mod seeded;

use cognate_store::tables::user_import_jobs;
use cognate_store::{Store, StoreError};

/// True if an import job of the pool was started and has not ended.
///
/// # Errors
/// [`StoreError`].
pub async fn import_active(store: &Store, pool_id: &str) -> Result<bool, StoreError> {
    user_import_jobs::active(store, pool_id).await
}
