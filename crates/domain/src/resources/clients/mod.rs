//! App clients: reading one past the cache, their secrets, and mapping conflicts.

pub mod kept;
pub mod managed;
pub mod secrets;
pub mod settings;

use cognate_store::Label;
use cognate_store::tables::clients;

use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::pools;

/// Returns a client of `pool` as the database has it now, past the cache.
pub async fn fresh(cx: &Cx<'_>, pool: &Pool, client_id: &str) -> Result<Client> {
    let row = clients::get(&cx.store, client_id).await?;
    let row = row
        .filter(|row| row.pool_id == pool.id)
        .ok_or_else(|| errors::client_not_found(client_id))?;
    Client::open(pool, row)
}

/// Maps a conflict of a batch on client rows to an error: something has changed, which the next try sees.
pub fn conflict(cx: &Cx<'_>, pool_id: &str, client_id: &str, label: Label) -> Fault {
    match label {
        clients::CLIENT_STALE | clients::CLIENT_EXISTS => {
            cx.cache.forget(pool_id, Some(client_id));
            Fault::Stale
        }
        other => pools::conflict(cx, pool_id, other),
    }
}
