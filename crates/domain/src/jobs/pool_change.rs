//! The job behind `cognate pool plan-change`: reads users for plans, applies changes, takes them back, ends them.
//!
//! The row of the change says what is to be done, and each portion moves it in the commit that does the work, so that
//! another node goes on where one has stopped.

use std::time::Duration;

use cognate_store::Batch;
use cognate_store::tables::{jobs as table, pool_changes};

use crate::app::App;
use crate::app::cache::LEASE;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};
use crate::reshaping::change::Ground;
use crate::reshaping::{self, Memory};

/// Jobs that one query finds.
const FOUND: u32 = 16;
/// A change of a pool; the key of the job is the pool id.
#[derive(Default)]
pub struct PoolChange {
    memory: Memory,
}

impl Job for PoolChange {
    const KIND: &'static str = "pool_change";
    const ROWS: Option<&'static str> = Some("pool_changes");
    const EVERY: Duration = Duration::ZERO;

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        if after.is_none() {
            let mut batch = Batch::new();
            for pool_id in pool_changes::pools_at_work(&app.store).await? {
                batch = table::add(batch, Self::KIND, &pool_id, "");
            }
            app.store.commit(batch).await.map_err(broken)?;
        }
        let (after, now) = (after.unwrap_or_default(), Self::now(app));
        Ok(table::due(&app.store, Self::KIND, after, now, FOUND).await?)
    }

    async fn portion(&mut self, app: &App, pool_id: &str, _cursor: &str) -> Result<Progress> {
        let ground = Ground {
            store: &app.store,
            root: &app.root,
            now: app.clock.service(),
            lease: 2 * LEASE,
        };
        let more = reshaping::step(ground, pool_id, &mut self.memory).await?;
        // This node knows at once what the others know within a second.
        app.cache.forget(pool_id, None);
        Ok(if more {
            Progress::More
        } else {
            Progress::done()
        })
    }
}
