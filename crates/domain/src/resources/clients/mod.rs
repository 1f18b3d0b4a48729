//! App clients: reading one past the cache, their secrets, and mapping conflicts.

pub mod kept;
pub mod managed;
pub mod secrets;
pub mod settings;
pub mod unused;

use cognate_store::tables::{
    clients, dynamic_clients, login_styles, resource_counts, risk_messages, terms,
    ui_customizations,
};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::registration::Registration;
use crate::resources::pools;

/// Returns a client of `pool` as the database has it now, past the cache.
pub async fn fresh(cx: &Cx<'_>, pool: &Pool, client_id: &str) -> Result<Client> {
    let row = clients::get(&cx.store, client_id).await?;
    let row = row
        .filter(|row| row.pool_id == pool.id)
        .ok_or_else(|| errors::client_not_found(client_id))?;
    Client::open(pool, row)
}

/// The names under which clients that registered themselves are counted in `resource_counts`.
#[derive(Clone, Copy)]
pub struct Counted {
    /// The name.
    pub resource: &'static str,
    /// The most of them in a pool; the number is our choice.
    pub most: i64,
    /// The conflict of one too many.
    pub full: Label,
}

/// All of them.
const DYNAMIC: Counted = Counted {
    resource: "dynamic_clients",
    most: 5_000,
    full: FULL,
};
/// Those that nobody answers for: they leave room for the others.
const OPEN: Counted = Counted {
    resource: "open_clients",
    most: 2_500,
    full: FULL,
};

/// There are as many clients that registered themselves as there may be.
pub const FULL: Label = Label("dynamic_clients_full");

/// Returns the counts that a client belongs to.
pub fn counts(registration: &Registration) -> &'static [Counted] {
    match registration.is_unvouched() {
        true => &[DYNAMIC, OPEN],
        false => &[DYNAMIC],
    }
}

/// Deletes the version of a client that was read, with all that belongs to it; its tokens end with it.
pub fn delete(batch: Batch, pool_id: &str, client: &Client) -> Batch {
    delete_with(batch, pool_id, client, |batch| {
        dynamic_clients::delete(batch, pool_id, &client.id)
    })
}

/// As [`delete`], for a client that registered itself: `registration` deletes that row, which it may demand something of. The rows
/// are written in one order by all who end or change a client: the client's, its registration's, the counts of the pool's.
pub fn delete_with(
    batch: Batch,
    pool_id: &str,
    client: &Client,
    registration: impl FnOnce(Batch) -> Batch,
) -> Batch {
    let batch = clients::delete(batch, pool_id, &client.id, client.ver);
    let batch = terms::delete_of_client(batch, pool_id, &client.id);
    let batch = login_styles::delete_of_client(batch, pool_id, &client.id);
    let batch = ui_customizations::delete(batch, pool_id, &client.id);
    let batch = risk_messages::delete(batch, pool_id, &client.id);
    let Some(said) = &client.doc.registration else {
        return batch;
    };
    let batch = registration(batch);
    let kinds = counts(said).iter();
    kinds.fold(batch, |batch, count| {
        resource_counts::give_back(batch, pool_id, count.resource)
    })
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
