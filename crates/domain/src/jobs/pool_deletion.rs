//! The job behind DeleteUserPool: deletes the rows of a deleted pool, a few hundred at a time, and then its key.

use cognate_store::tables::{jobs, pools};
use cognate_store::{Batch, params};

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};

/// The state of a pool whose deletion has begun.
const DELETING: i64 = 1;

/// The deletion of a pool's rows; the key of the job is the pool id.
#[derive(Default)]
pub struct PoolDeletion {
    /// The first table that may still have rows.
    place: usize,
}

/// Adds the job of a deleted pool.
pub fn plan(batch: Batch, pool_id: &str) -> Batch {
    jobs::add(batch, PoolDeletion::KIND, pool_id, "")
}

impl Job for PoolDeletion {
    const KIND: &'static str = "delete_pool";

    async fn portion(&mut self, app: &App, pool_id: &str, _cursor: &str) -> Result<Progress> {
        if pools::state(&app.store, pool_id).await? != Some(DELETING) {
            return Ok(Progress::done());
        }
        let first = self.place;
        for (place, statement) in pools::PURGE.iter().enumerate().skip(first) {
            self.place = place;
            let batch = Batch::new().returning(statement, params![pool_id]);
            let outcome = app.store.commit(batch).await.map_err(broken)?;
            let deleted = outcome.rows.first().map_or(0, Vec::len);
            if deleted >= pools::PURGE_ROWS {
                return Ok(Progress::More);
            }
        }
        self.place = 0;
        if first > 0 {
            // Requests that began before the pool's end may have added rows to the first tables meanwhile: only a round
            // through all tables shows that nothing is left.
            return Ok(Progress::More);
        }
        let end = pools::purged(Batch::new(), pool_id);
        app.store.commit(end).await.map_err(broken)?;
        Ok(Progress::done())
    }
}
