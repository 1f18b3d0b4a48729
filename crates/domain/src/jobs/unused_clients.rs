//! Removes clients that registered themselves and were never used, or not for a long time by anybody who would answer for them
//! (`resources/clients/unused.rs`).

use std::time::Duration;

use cognate_store::tables::{dynamic_clients, guards};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken, single};
use crate::records::client::Client;
use crate::records::pool::Pool;
pub use crate::resources::clients::unused::NAME;
use crate::resources::clients::unused::{self, IDLE, Since, UNUSED};

/// Clients of a portion, of each kind.
const PORTION: i64 = 100;

/// The removal. One node works on it at a time; the job has the empty key.
#[derive(Default)]
pub struct UnusedClients;

/// Returns pool and id of clients that have to go, and why.
async fn over(app: &App) -> Result<Vec<(String, String, Since)>> {
    let now = app.clock.service();
    let (made, used) = (now.saturating_sub(UNUSED), now.saturating_sub(IDLE));
    let unused = dynamic_clients::old_unused(&app.store, made, PORTION).await?;
    let idle = dynamic_clients::idle(&app.store, used, PORTION).await?;
    let of = |since| move |(pool, client)| (pool, client, since);
    let unused = unused.into_iter().map(of(Since::Made(made)));
    Ok(unused
        .chain(idle.into_iter().map(of(Since::Used(used))))
        .collect())
}

/// Removes a client, or lets one stay that an administrator looks after; false if it was used meanwhile, or is not there.
async fn remove(app: &App, pool_id: &str, client_id: &str, since: Since) -> Result<bool> {
    let Some(pool) = Pool::load(&app.store, &app.root, pool_id).await? else {
        return Ok(false);
    };
    let found = dynamic_clients::get(&app.store, pool_id, client_id).await?;
    let Some(found) = found else {
        return Ok(false);
    };
    let client = Client::open(&pool, found.client)?;
    let goes = unused::may_go(&client, since);
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = match goes {
        true => unused::removal(batch, &pool, &client, since, app.clock.service()),
        false => unused::keep(batch, &pool, &client),
    };
    match app.store.commit(batch).await {
        Ok(_) if !goes => Ok(true),
        Ok(_) => {
            app.cache.end_client(&app.clock, &client.id, client.ver + 1);
            Ok(true)
        }
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(broken(other)),
    }
}

impl Job for UnusedClients {
    const KIND: &'static str = "unused_clients";
    const EVERY: Duration = Duration::from_secs(3_600);

    async fn due(app: &App, after: Option<&str>) -> Result<Vec<String>> {
        single::<Self>(app, after, async { Ok(!over(app).await?.is_empty()) }).await
    }

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        let mut removed = false;
        for (pool_id, client_id, since) in over(app).await? {
            removed |= match remove(app, &pool_id, &client_id, since).await {
                Ok(removed) => removed,
                // One row that does not open keeps no other.
                Err(fault) => {
                    tracing::warn!(pool_id, client_id, ?fault, "an unused client stays");
                    false
                }
            };
        }
        Ok(match removed {
            true => Progress::More,
            false => Progress::done(),
        })
    }
}
