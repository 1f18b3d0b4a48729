//! Ends recoveries that nobody starts or cancels within 24 hours (moving.md 5.2).

use cognate_shapes::RestoreStatusType;
use cognate_store::tables::recoveries;

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, single};
use crate::records::pool::Pool;
use crate::records::recovery::{PREVIEW_STANDS, find};
use crate::recovery::ends::expire;

/// The end of previews. One node works on it at a time; the job has the empty key.
#[derive(Default)]
pub struct RecoveryExpiry;

/// The statuses in which a preview is made or stands.
const STATUSES: [RestoreStatusType; 2] = [
    RestoreStatusType::PreviewGenerating,
    RestoreStatusType::PreviewGenerated,
];

/// Returns pool and id of recoveries that have to end.
async fn over(app: &App) -> Result<Vec<(String, String)>> {
    let until = app.clock.service().saturating_sub(PREVIEW_STANDS);
    let mut found = Vec::new();
    for status in STATUSES {
        found.extend(recoveries::older(&app.store, status.as_str(), until).await?);
    }
    Ok(found)
}

impl Job for RecoveryExpiry {
    const KIND: &'static str = "recovery_expiry";
    const ROWS: Option<&'static str> = Some("recoveries");

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        single::<Self>(app, after, async { Ok(!over(app).await?.is_empty()) }).await
    }

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        for (pool_id, restore_id) in over(app).await? {
            let Some(pool) = Pool::load(&app.store, &app.root, &pool_id).await? else {
                continue;
            };
            if let Some(row) = find(&app.store, &pool, &restore_id).await? {
                expire(app, &pool, &row).await?;
            }
        }
        Ok(Progress::done())
    }
}
