//! The job behind DeleteGroup: deletes the memberships of a deleted group, a thousand at a time.

use cognate_store::tables::{groups, guards, jobs};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::clock::MINUTE;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};
use crate::records::before_image;

/// The deletion of a group's memberships; its key is [`key`].
#[derive(Default)]
pub struct GroupDeletion;

/// Returns the key of the job: neither id holds a slash.
pub fn key(pool_id: &str, group_id: &str) -> String {
    format!("{pool_id}/{group_id}")
}

/// Adds the job of a deleted group.
pub fn plan(batch: Batch, pool_id: &str, group_id: &str) -> Batch {
    jobs::add(batch, GroupDeletion::KIND, &key(pool_id, group_id), "")
}

impl Job for GroupDeletion {
    const KIND: &'static str = "delete_group";

    async fn portion(&mut self, app: &App, key: &str, _cursor: &str) -> Result<Progress> {
        let Some((pool_id, group_id)) = key.split_once('/') else {
            return Ok(Progress::done());
        };
        let Some(pool) = app.cached_pool(pool_id).await? else {
            return Ok(Progress::done());
        };
        // An open recovery knows nothing of what would be deleted meanwhile; afterwards the group may be there again.
        let batch = guards::require_pool_writable(Batch::new(), pool_id);
        let batch = before_image::keep(batch, &pool, app.clock.service(), |keep, batch| {
            keep.swept_members(batch, group_id)
        });
        let batch = groups::sweep(batch, pool_id, group_id);
        let outcome = match app.store.commit(batch).await {
            Err(CommitError::Conflict(_)) => {
                return Ok(Progress::Later {
                    batch: Batch::new(),
                    cursor: "".into(),
                    pause: MINUTE,
                });
            }
            other => other.map_err(broken)?,
        };
        let deleted = outcome.rows.first().map_or(0, Vec::len);
        if deleted < groups::SWEEP_ROWS {
            return Ok(Progress::done());
        }
        Ok(Progress::More)
    }
}
