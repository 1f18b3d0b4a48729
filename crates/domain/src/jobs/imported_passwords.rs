//! Forgets that a pool has password hashes of other systems once no user has one any more: its wrong passwords are then as
//! fast again as those of other pools (moving.md 3.2).
//!
//! Once a day the users of each such pool are read, as far as the lengths of their credentials. The commit that forgets it
//! gives the pool another number of rules, so that an import that is under way reads the settings again.

use std::time::Duration;

use cognate_store::tables::{jobs as table, pools, users};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::clock::{DAY, HOUR};
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};
use crate::records::pool::Pool;
use crate::records::user::is_imported_length;

/// Users of a portion.
const PAGE: i64 = 1_000;
/// Jobs that one query finds.
const FOUND: u32 = 16;

/// The look at a pool; the key of the job is the pool id.
#[derive(Default)]
pub struct ImportedPasswords {
    after: String,
}

impl Job for ImportedPasswords {
    const KIND: &'static str = "imported_passwords";
    const EVERY: Duration = Duration::from_secs(3_600);

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        if after.is_none() {
            let mut last = String::new();
            loop {
                let found = pools::with_imported_passwords(&app.store, &last).await?;
                let Some(end) = found.last() else {
                    break;
                };
                last.clone_from(end);
                let batch = found.iter().fold(Batch::new(), |batch, pool_id| {
                    table::add(batch, Self::KIND, pool_id, "")
                });
                app.store.commit(batch).await.map_err(broken)?;
            }
        }
        let (after, now) = (after.unwrap_or_default(), Self::now(app));
        Ok(table::due(&app.store, Self::KIND, after, now, FOUND).await?)
    }

    async fn portion(&mut self, app: &App, pool_id: &str, _cursor: &str) -> Result<Progress> {
        let later = |pause| Progress::Later {
            batch: Batch::new(),
            cursor: "".into(),
            pause,
        };
        let pool = Pool::load(&app.store, &app.root, pool_id).await?;
        let Some(pool) = pool.filter(|pool| pool.doc.imported_passwords.is_some()) else {
            return Ok(Progress::done());
        };
        let page = users::credential_lengths(&pool.id, &self.after, PAGE);
        let rows = app.store.all(page).await?;
        for row in &rows {
            let length = row.opt_int(1)?.map(usize::try_from);
            if length.is_some_and(|length| is_imported_length(length.unwrap_or(0))) {
                return Ok(later(DAY));
            }
        }
        if let Some(last) = rows.last() {
            last.text(0)?.clone_into(&mut self.after);
            return Ok(Progress::More);
        }
        if pool.doc.reshaping.is_some() {
            return Ok(later(HOUR));
        }
        let mut doc = pool.doc.clone();
        doc.imported_passwords = None;
        doc.shape += 1;
        let text = serde_json::to_string(&doc)?;
        let mac = pool.mac_with(&text)?;
        let now = app.clock.service();
        let batch = pools::reshape(
            Batch::new(),
            &pool.id,
            pool.ver,
            (&text, doc.shape),
            mac,
            now,
        );
        match app.store.commit(batch).await {
            Ok(_) => {
                app.cache.forget(&pool.id, None);
                Ok(Progress::done())
            }
            // Somebody has changed the pool: another day.
            Err(CommitError::Conflict(_)) => Ok(later(HOUR)),
            Err(other) => Err(broken(other)),
        }
    }
}
