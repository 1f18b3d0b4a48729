//! The job behind InitiatePointInTimeRecovery: finds what a recovery would change.

use std::time::Duration;

use cognate_shapes::RestoreStatusType;

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress};
use crate::records::pool::Pool;
use crate::records::recovery::{find, status};
use crate::recovery::preview;

/// The preview of a recovery; its key is [`crate::recovery::job_key`].
#[derive(Default)]
pub struct RecoveryPreview {
    progress: preview::Progress,
}

impl Job for RecoveryPreview {
    const KIND: &'static str = "recovery_preview";
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
        if status(&row)? != RestoreStatusType::PreviewGenerating {
            return Ok(Progress::done());
        }
        let ended = preview::portion(app, &pool, &row, &mut self.progress).await?;
        Ok(match ended {
            true => Progress::done(),
            false => Progress::More,
        })
    }
}
