//! The job behind DeleteGroup: takes the memberships of a deleted group away, a thousand at a time.

use cognate_store::Batch;
use cognate_store::tables::groups;

use crate::app::App;
use crate::errors::{Fault, Result};

/// The kind of the job in `jobs`; its key is [`key`].
pub const KIND: &str = "delete_group";

/// The key of the job: neither id holds a slash.
pub fn key(pool_id: &str, group_id: &str) -> String {
    format!("{pool_id}/{group_id}")
}

/// One portion: true when nothing is left to do. Work done twice does no harm.
pub async fn step(app: &App, key: &str) -> Result<bool> {
    let Some((pool_id, group_id)) = key.split_once('/') else {
        return Ok(true);
    };
    let batch = groups::sweep(Batch::new(), pool_id, group_id);
    let outcome = app
        .store
        .commit(batch)
        .await
        .map_err(|error| Fault::Internal(format!("purge of a group: {error}")))?;
    Ok(outcome
        .rows
        .first()
        .is_none_or(|rows| rows.len() < groups::SWEEP_ROWS))
}
