//! Removes clients that registered themselves and were never used: whoever registers floods of them, they do not stay
//! (agents.md 3.3).

use std::time::Duration;

use cognate_store::tables::{dynamic_clients, guards, jobs};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::audit::{DONE, Entry};
use crate::clock::DAY;
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress, broken};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::clients;

/// How long a client may stay without a token, in microseconds; the number is our choice.
const UNUSED: i64 = 30 * DAY;
/// Clients of a portion.
const PORTION: i64 = 100;
/// The name in the audit trail.
pub const NAME: &str = "RemoveUnusedClient";

/// The removal. One node works on it at a time; the job has the empty key.
#[derive(Default)]
pub struct UnusedClients;

/// Returns pool and id of clients that have to go.
async fn over(app: &App) -> Result<Vec<(String, String)>> {
    let until = app.clock.service().saturating_sub(UNUSED);
    Ok(dynamic_clients::old_unused(&app.store, until, PORTION).await?)
}

/// Removes a client; false if it was used meanwhile, or is not there.
async fn remove(app: &App, pool_id: &str, client_id: &str) -> Result<bool> {
    let Some(pool) = Pool::load(&app.store, &app.root, pool_id).await? else {
        return Ok(false);
    };
    let found = dynamic_clients::get(&app.store, pool_id, client_id).await?;
    let Some(found) = found else {
        return Ok(false);
    };
    let client = Client::open(&pool, found.client)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = dynamic_clients::require_unused(batch, &pool.id, &client.id);
    let batch = clients::delete(batch, &pool.id, &client);
    let entry = Entry {
        operation: NAME,
        result: DONE,
        detail: Some(&client.id),
        ..Entry::default()
    };
    let batch = entry.append(batch, &pool.id, app.clock.service());
    match app.store.commit(batch).await {
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
        if after.is_some() || over(app).await?.is_empty() {
            return Ok(Vec::new());
        }
        let add = jobs::add(Batch::new(), Self::KIND, "", "");
        app.store.commit(add).await.map_err(broken)?;
        Ok(vec![String::new()])
    }

    async fn portion(&mut self, app: &App, _key: &str, _cursor: &str) -> Result<Progress> {
        let mut removed = false;
        for (pool_id, client_id) in over(app).await? {
            removed |= match remove(app, &pool_id, &client_id).await {
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
