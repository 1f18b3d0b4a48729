//! The job behind DeleteUserPool: takes the rows of a deleted pool away, a thousand at a time, and then its key.

use cognate_store::tables::pools;
use cognate_store::{Batch, Outcome, params};

use crate::app::App;
use crate::errors::{Fault, Result};

/// The kind of the job in `jobs`; its key is the pool id.
pub const KIND: &str = "delete_pool";

/// The state of a pool whose deletion has begun.
const DELETING: i64 = 1;

/// One portion: true when nothing is left to do. Work done twice, by two nodes or after a crash, does no harm.
pub async fn step(app: &App, pool_id: &str) -> Result<bool> {
    if pools::state(&app.store, pool_id).await? != Some(DELETING) {
        return Ok(true);
    }
    for statement in pools::PURGE {
        let outcome = commit(app, Batch::new().returning(statement, params![pool_id])).await?;
        if outcome
            .rows
            .first()
            .is_some_and(|rows| rows.len() >= pools::PURGE_ROWS)
        {
            return Ok(false);
        }
    }
    commit(app, pools::purged(Batch::new(), pool_id)).await?;
    Ok(true)
}

async fn commit(app: &App, batch: Batch) -> Result<Outcome> {
    app.store
        .commit(batch)
        .await
        .map_err(|error| Fault::Internal(format!("purge: {error}")))
}
