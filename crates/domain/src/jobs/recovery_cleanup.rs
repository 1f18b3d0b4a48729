//! Deletes what was noted of a recovery that has ended, a portion at a time.

use cognate_store::Batch;
use cognate_store::tables::recovery_items::{FORGET_ROWS, Of};

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};
use crate::recovery::ends::CLEANUP;

/// The end of a recovery's items; its key is [`crate::recovery::job_key`].
#[derive(Default)]
pub struct RecoveryCleanup;

impl Job for RecoveryCleanup {
    const KIND: &'static str = CLEANUP;

    async fn portion(&mut self, app: &App, key: &str, _cursor: &str) -> Result<Progress> {
        let Some((pool_id, restore_id)) = key.split_once('/') else {
            return Ok(Progress::done());
        };
        let of = Of {
            pool_id,
            restore_id,
        };
        let outcome = app.store.commit(of.forget(Batch::new())).await;
        let deleted = outcome.map_err(broken)?.rows.first().map_or(0, Vec::len);
        Ok(match deleted < FORGET_ROWS {
            true => Progress::done(),
            false => Progress::More,
        })
    }
}
