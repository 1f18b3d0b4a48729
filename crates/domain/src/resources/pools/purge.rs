//! The job behind DeleteUserPool: takes the rows of a deleted pool away, a few hundred at a time, and then its key.

use cognate_store::tables::pools;
use cognate_store::{Batch, Outcome, params};

use crate::app::App;
use crate::errors::{Fault, Result};

/// The kind of the job in `jobs`; its key is the pool id.
pub const KIND: &str = "delete_pool";

/// The state of a pool whose deletion has begun.
const DELETING: i64 = 1;

/// How far the removal of one pool's rows has come on this node; another node, or the next start, begins anew.
#[derive(Default)]
pub struct Removal {
    /// The first table that may still have rows.
    place: usize,
}

impl Removal {
    /// One portion: true when nothing is left to do. Work done twice, by two nodes or after a crash, does no harm.
    pub async fn portion(&mut self, app: &App, pool_id: &str) -> Result<bool> {
        if pools::state(&app.store, pool_id).await? != Some(DELETING) {
            return Ok(true);
        }
        let first = self.place;
        for (place, statement) in pools::PURGE.iter().enumerate().skip(first) {
            self.place = place;
            let batch = Batch::new().returning(statement, params![pool_id]);
            let outcome = commit(app, batch).await?;
            let removed = outcome.rows.first().map_or(0, Vec::len);
            if removed >= pools::PURGE_ROWS {
                return Ok(false);
            }
        }
        self.place = 0;
        if first > 0 {
            // Requests that began before the pool's end may have added rows to the first tables meanwhile: only a round
            // through all tables shows that nothing is left.
            return Ok(false);
        }
        commit(app, pools::purged(Batch::new(), pool_id)).await?;
        Ok(true)
    }
}

/// One portion of a removal that begins with the first table.
pub async fn step(app: &App, pool_id: &str) -> Result<bool> {
    Removal::default().portion(app, pool_id).await
}

async fn commit(app: &App, batch: Batch) -> Result<Outcome> {
    app.store
        .commit(batch)
        .await
        .map_err(|error| Fault::Internal(format!("purge: {error}")))
}
