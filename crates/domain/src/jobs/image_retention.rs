//! Deletes the images of rows that no recovery can reach any more, a portion at a time.

use std::time::Duration;

use cognate_shapes::UserPoolTierType;
use cognate_store::tables::{before_images, guards};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::clock::HOUR;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken, single};
use crate::records::pool::Pool;

/// The end of images. One node works on it at a time; the job has the empty key.
#[derive(Default)]
pub struct ImageRetention {
    /// The last pool that has nothing to delete.
    after: String,
}

/// How much longer than a plan reaches images stay, in microseconds: a recovery to the earliest moment may be under way for
/// a day.
const LONGER: i64 = 25 * HOUR;

/// Returns the moment before which images of a pool go, in microseconds.
async fn kept_from(app: &App, pool_id: &str) -> Result<i64> {
    let limits = app.settings.recovery;
    let tier = Pool::load(&app.store, &app.root, pool_id).await?;
    let back = match tier.map(|pool| pool.doc.tier) {
        Some(UserPoolTierType::Plus) => limits.essentials.max(limits.plus),
        _ => limits.essentials,
    };
    Ok(app.clock.service() - back - LONGER)
}

/// Returns the first pool behind `after` with images that go, and the moment before which they do.
async fn next(app: &App, mut after: String) -> Result<Option<(String, i64)>> {
    while let Some((pool_id, oldest)) = before_images::next_pool(&app.store, &after).await? {
        let from = kept_from(app, &pool_id).await?;
        if oldest < from {
            return Ok(Some((pool_id, from)));
        }
        after = pool_id;
    }
    Ok(None)
}

impl Job for ImageRetention {
    const KIND: &'static str = "image_retention";
    const EVERY: Duration = Duration::from_secs(300);

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        single::<Self>(app, after, async {
            Ok(next(app, String::new()).await?.is_some())
        })
        .await
    }

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        let Some((pool_id, from)) = next(app, self.after.clone()).await? else {
            return Ok(Progress::done());
        };
        // An open recovery may need them all.
        let batch = guards::require_pool_writable(Batch::new(), &pool_id);
        let batch = before_images::forget(batch, &pool_id, from);
        let deleted = match app.store.commit(batch).await {
            Ok(outcome) => outcome.counts.last().copied().unwrap_or(0),
            Err(CommitError::Conflict(_)) => 0,
            Err(other) => return Err(broken(other)),
        };
        if deleted < before_images::FORGET_ROWS {
            self.after = pool_id;
        }
        Ok(Progress::More)
    }
}
