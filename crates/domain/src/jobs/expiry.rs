//! Deletes expired rows: sessions, codes, spent nonces, auth events, attempts, messages.

use cognate_store::tables::jobs as table;

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};

/// The sweep of one bucket after the other. Two nodes at the same bucket do no harm.
#[derive(Default)]
pub(super) struct Expiry {
    bucket: u32,
}

impl Job for Expiry {
    const KIND: &'static str = "expiry";
    const SHARED: bool = false;

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        let swept = table::expire(&app.store, app.clock.service(), self.bucket).await;
        if swept.map_err(broken)?.more {
            return Ok(Progress::More);
        }
        self.bucket = (self.bucket + 1) % table::BUCKETS;
        Ok(Progress::done())
    }
}
