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
    /// The next table of the round through all tables.
    place: usize,
    /// True if the round has, or may have, deleted a row.
    deleted: bool,
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
        for (place, statement) in pools::PURGE.iter().enumerate().skip(self.place) {
            self.place = place;
            let batch = Batch::new().returning(statement, params![pool_id]);
            let outcome = app.store.commit(batch).await;
            let deleted = match &outcome {
                Ok(outcome) => outcome.rows.first().map_or(0, Vec::len),
                // Nobody may know.
                Err(_) => 1,
            };
            self.deleted |= deleted > 0;
            outcome.map_err(broken)?;
            if deleted >= pools::PURGE_ROWS {
                return Ok(Progress::More);
            }
        }
        self.place = 0;
        // A sign-in that began before the pool's end locks its user's row, and nothing of the pool. Its rows may come into
        // tables that this round has passed; but its commit came before the user could be deleted. So a round that found no
        // row, and no user either, has seen what all such sign-ins left (decision 002).
        if std::mem::take(&mut self.deleted) {
            return Ok(Progress::More);
        }
        let end = pools::purged(Batch::new(), pool_id);
        app.store.commit(end).await.map_err(broken)?;
        Ok(Progress::done())
    }
}
