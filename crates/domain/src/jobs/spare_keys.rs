//! Makes signing keys in advance: the first token of a pool then waits for no key generation.

use crate::app::App;
use crate::app::keys;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress};

/// The making of spare keys, one in each turn.
#[derive(Default)]
pub(super) struct SpareKeys;

impl Job for SpareKeys {
    const KIND: &'static str = "spare_keys";
    const SHARED: bool = false;

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        keys::add_spare(app.sources(), app.settings.spare_keys).await?;
        Ok(Progress::done())
    }
}
