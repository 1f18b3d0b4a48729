//! Deletes the rows of the audit trail that are past its retention with their links, from the front of the chain, a portion
//! at a time.

use cognate_store::CommitError;

use crate::app::App;
use crate::audit;
use crate::audit::chain::{self, Age};
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken, single};

/// The end of the audit trail. One node works on it at a time; the job has the empty key.
#[derive(Default)]
pub struct AuditRetention;

impl Job for AuditRetention {
    const KIND: &'static str = "audit_retention";
    const ROWS: Option<&'static str> = Some("audit");

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        let is_any = async {
            match age(app) {
                Some(age) => chain::has_older(&app.store, &app.trail, age).await,
                None => Ok(false),
            }
        };
        single::<Self>(app, after, is_any).await
    }

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        let Some(age) = age(app) else {
            return Ok(Progress::done());
        };
        let Some(batch) = chain::forget(&app.store, &app.trail, age).await? else {
            return Ok(Progress::done());
        };
        match app.store.commit(batch).await {
            // Another node has moved the anchor.
            Ok(_) | Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(broken(other)),
        }
        Ok(Progress::More)
    }
}

/// Returns the age at which rows go; None if none do.
fn age(app: &App) -> Option<Age> {
    audit::forgotten_before(app).map(|before| Age {
        before,
        now: app.clock.service(),
    })
}
