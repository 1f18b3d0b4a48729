//! The job behind StartPointInTimeRecovery: brings a pool's users back to a moment.

use std::time::Duration;

use cognate_shapes::RestoreStatusType;

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress};
use crate::records::pool::Pool;
use crate::records::recovery::{find, status};
use crate::recovery::restore;

/// The restoration of a recovery; its key is [`crate::recovery::job_key`].
#[derive(Default)]
pub struct RecoveryRestore {
    progress: restore::Progress,
}

impl Job for RecoveryRestore {
    const KIND: &'static str = "recovery_restore";
    const EVERY: Duration = Duration::ZERO;

    async fn portion(&mut self, app: &App, key: &str, _cursor: &str) -> Result<Progress> {
        let Some((pool_id, restore_id)) = key.split_once('/') else {
            return Ok(Progress::done());
        };
        let Some(pool) = Pool::load(&app.store, &app.root, pool_id).await? else {
            return Ok(Progress::done());
        };
        let Some(row) = find(&app.store, &pool, restore_id).await? else {
            return Ok(Progress::done());
        };
        if status(&row)? != RestoreStatusType::Restoring {
            return Ok(Progress::done());
        }
        let ended = restore::portion(app, &pool, &row, &mut self.progress).await?;
        Ok(match ended {
            true => Progress::done(),
            false => Progress::More,
        })
    }
}
