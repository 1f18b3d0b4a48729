//! Looks at what waits for other services, for the metrics: the queues of log delivery, and published secrets.

use std::time::Duration;

use cognate_store::tables::{jobs, log_records};

use crate::app::App;
use crate::errors::Result;
use crate::jobs::client_secrets::{self, ClientSecrets};
use crate::jobs::log_delivery::{LogDelivery, is_broken};
use crate::jobs::runner::{Job, Progress};

/// Waiting records that are counted at most.
const COUNTED: i64 = 1_000_000;

/// The look of one node.
#[derive(Default)]
pub(super) struct LogWatch;

impl Job for LogWatch {
    const KIND: &'static str = "log_watch";
    const EVERY: Duration = Duration::from_secs(30);
    const SHARED: bool = false;

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        let store = app.store.apart();
        let waiting = log_records::count(&store, COUNTED).await?;
        let waiting = usize::try_from(waiting).unwrap_or_default();
        app.metrics.log_backlog.set(waiting);
        let cursors = jobs::cursors(&store, LogDelivery::KIND).await?;
        let broken = cursors.iter().filter(|cursor| is_broken(cursor)).count();
        app.metrics.log_targets_broken.set(broken);
        let cursors = jobs::cursors(&store, ClientSecrets::KIND).await?;
        let broken = cursors
            .iter()
            .filter(|cursor| client_secrets::is_broken(cursor));
        app.metrics.client_secrets_waiting.set(broken.count());
        Ok(Progress::done())
    }
}
