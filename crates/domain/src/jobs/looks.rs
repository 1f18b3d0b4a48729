//! The one look of a node for work: each second a statement finds which kinds of it there are, and whoever does them is told.
//!
//! What this node or another adds is so found within a second, and an idle node makes one statement for all kinds.

use std::time::Duration;

use cognate_store::tables::jobs::{self as table, Look};
use tokio::sync::watch;

use crate::app::App;
use crate::audit;
use crate::errors::Result;
use crate::records::import_job::LIFETIME;
use crate::records::recovery::PREVIEW_STANDS;

/// The time between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// The name of messages that are due.
const MESSAGES: &str = "messages";

/// What the latest look has found.
#[derive(Default)]
pub(super) struct Found {
    names: Vec<String>,
    /// How often the clock of the service was moved by then.
    pub(super) moves: u64,
}

impl Found {
    /// True if there is work under one of the names.
    pub(super) fn has(&self, kind: &str, rows: Option<&str>) -> bool {
        self.names
            .iter()
            .any(|name| name == kind || rows == Some(name))
    }
}

/// The looks of a node.
pub(super) struct Looks {
    kinds: [&'static str; 8],
    found: watch::Sender<Found>,
}

impl Looks {
    /// Looks for jobs of these kinds and for rows that are work themselves.
    pub(super) fn new(kinds: [&'static str; 8]) -> Self {
        let found = watch::Sender::default();
        Self { kinds, found }
    }

    /// Returns a receiver of what is found from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<Found> {
        self.found.subscribe()
    }

    /// Looks again and again, and at once when the clock of the service is moved. Wakes the delivery of messages.
    pub(super) async fn run(&self, app: &App) {
        let mut moved = app.clock.moves();
        let mut moves = 0;
        loop {
            if tokio::time::timeout(EVERY, moved.changed()).await.is_ok() {
                moves += 1;
            }
            match self.look(app).await {
                Ok(names) => {
                    if names.iter().any(|name| name == MESSAGES) {
                        app.outbox.notify_one();
                    }
                    self.found.send_replace(Found { names, moves });
                }
                Err(fault) => tracing::warn!(?fault, "a look for background work failed"),
            }
        }
    }

    async fn look(&self, app: &App) -> Result<Vec<String>> {
        // Leases of some kinds are by the wall clock, which is never ahead of this one.
        let now = app.clock.service();
        let look = Look {
            kinds: self.kinds,
            now,
            audit_before: audit::forgotten_before(app).unwrap_or(i64::MIN),
            imports_made_by: now.saturating_sub(LIFETIME),
            previews_made_by: now.saturating_sub(PREVIEW_STANDS),
        };
        Ok(table::look(&app.store, look).await?)
    }
}
