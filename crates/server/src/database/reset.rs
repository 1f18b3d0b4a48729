//! `POST /_dev/reset`: an empty service again (design decision 11).
//!
//! Access keys, the stamp and the clock stay: the clock never goes back. Which tables are emptied stands in the store's
//! `tables/reset.rs`.

use cognate_domain::App;
use cognate_store::tables::reset;
use cognate_store::{Batch, CommitError};

/// Deletes every pool with all that belongs to it, in one batch.
pub async fn run(app: &App) -> Result<(), CommitError> {
    app.store.commit(reset::everything(Batch::new())).await?;
    app.cache.clear();
    Ok(())
}
