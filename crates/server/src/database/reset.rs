//! `POST /_dev/reset`: an empty service again (design decision 11).
//!
//! Access keys, the database's identity and the clock stay: the clock never goes back. The store's `tables/catalogue.rs` lists
//! the tables that are emptied.

use cognate_domain::App;
use cognate_store::tables::reset;
use cognate_store::{Batch, CommitError};

/// Deletes every pool with all that belongs to it, in one batch.
pub async fn run(app: &App) -> Result<(), CommitError> {
    app.store.commit(reset::everything(Batch::new())).await?;
    app.cache.clear();
    Ok(())
}
