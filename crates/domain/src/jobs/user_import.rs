//! The job behind StartUserImportJob: imports the rows of a file, a few hundred at a time; and the end of jobs that were never
//! started. All times are the service's.

use std::time::Duration;

use cognate_store::Batch;
use cognate_store::tables::{jobs, user_import_jobs as table};

use crate::app::App;
use crate::clock::MINUTE;
use crate::errors::Result;
use crate::jobs::runner::{FOUND, Job, Progress, broken};
use crate::moving::csv_import::steps::{self, Memory, Step};
use crate::records::import_job::LIFETIME;

/// An import of users; its key is [`key`].
#[derive(Default)]
pub struct UserImport {
    memory: Memory,
}

/// Returns the key of the job: neither id holds a slash.
fn key(pool_id: &str, job_id: &str) -> String {
    format!("{pool_id}/{job_id}")
}

/// Adds the work of a job that was started.
pub fn plan(batch: Batch, pool_id: &str, job_id: &str) -> Batch {
    jobs::add(batch, UserImport::KIND, &key(pool_id, job_id), "")
}

impl Job for UserImport {
    const KIND: &'static str = "user_import";
    const ROWS: Option<&'static str> = Some("user_import_jobs");
    const EVERY: Duration = Duration::ZERO;

    fn now(app: &App) -> i64 {
        app.clock.service()
    }

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        let now = Self::now(app);
        if after.is_none() {
            let overdue = table::overdue(&app.store, now - LIFETIME, FOUND).await?;
            let plan = |batch, (pool_id, job_id): &(String, String)| plan(batch, pool_id, job_id);
            let batch = overdue.iter().fold(Batch::new(), plan);
            app.store.commit(batch).await.map_err(broken)?;
        }
        let after = after.unwrap_or_default();
        Ok(jobs::due(&app.store, Self::KIND, after, now, FOUND).await?)
    }

    async fn portion(&mut self, app: &App, key: &str, _cursor: &str) -> Result<Progress> {
        let Some((pool_id, job_id)) = key.split_once('/') else {
            return Ok(Progress::done());
        };
        let step = steps::step(app, &mut self.memory, pool_id, job_id).await?;
        Ok(match step {
            Step::More => Progress::More,
            Step::Done => Progress::done(),
            Step::Wait => Progress::Later {
                batch: Batch::new(),
                cursor: "".into(),
                pause: MINUTE,
            },
        })
    }
}
