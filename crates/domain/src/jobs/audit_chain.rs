//! Appends the rows of the audit trail to its chain, about a second after they were committed.

use std::time::{Duration, Instant};

use cognate_store::Batch;
use cognate_store::tables::{audit_links, jobs};

use crate::app::App;
use crate::audit::chain::{self, Head};
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken, report, turn};

/// The time from a commit to the link of its rows: those of many commits share one.
const SETTLE: Duration = Duration::from_secs(1);
/// The time after which a node looks for rows that others left.
const LOOK: Duration = Duration::from_secs(10);
/// The time between two lines of the log that tell the end of the chain.
const SAID: Duration = Duration::from_secs(60);

/// The key of the one job.
const KEY: &str = "trail";

/// The chain of the audit trail. One node works on it at a time.
#[derive(Default)]
pub struct AuditChain;

impl Job for AuditChain {
    const KIND: &'static str = "audit_chain";

    async fn due(app: &App, _after: Option<&str>) -> Result<Vec<String>> {
        if audit_links::pending(&app.store, 1).await?.is_empty() {
            return Ok(Vec::new());
        }
        let add = jobs::add(Batch::new(), Self::KIND, KEY, "");
        app.store.commit(add).await.map_err(broken)?;
        let due = jobs::due(&app.store, Self::KIND, "", Self::now(app), 1).await?;
        Ok(due)
    }

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        // One link a turn, in the batch that gives the lease back.
        Ok(match chain::next(&app.store, &app.trail).await? {
            Some((batch, _)) => Progress::Done(batch),
            None => Progress::done(),
        })
    }
}

/// Appends links whenever this node has committed rows, and now and then for others that could not.
pub(super) async fn keep(app: &App, node: &str) {
    let (mut said, mut last) = (Instant::now(), None);
    loop {
        let _ = tokio::time::timeout(LOOK, app.store.trail_appended()).await;
        tokio::time::sleep(SETTLE).await;
        if let Err(fault) = turn::<AuditChain>(app, node).await {
            report(AuditChain::KIND, &fault);
        }
        app.linked.notify_one();
        if said.elapsed() >= SAID {
            said = Instant::now();
            say(app, &mut last).await;
        }
    }
}

/// Writes the end of the chain into the log, from where it can be kept elsewhere.
async fn say(app: &App, last: &mut Option<Head>) {
    match chain::head(&app.store, &app.trail).await {
        Ok(head) if last.as_ref() != Some(&head) => {
            tracing::info!(
                number = head.number,
                hash = head.hash,
                "the end of the audit trail"
            );
            *last = Some(head);
        }
        Ok(_) => {}
        Err(fault) => report(AuditChain::KIND, &fault),
    }
}
