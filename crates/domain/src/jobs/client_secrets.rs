//! The job behind PublishSecretsInAWSSecretsManager (agents.md 6): brings the store of secrets to what a client's row says.
//!
//! A client has one job, from the moment its secrets are published until the store's secret is deleted again. Each turn reads
//! the row: the newest secret is published if it is not yet; every seven days the row gets a new one, and the older of two
//! goes; a client that is gone, or keeps its secrets itself again, has its secret in the store deleted. The row is changed
//! first and published afterwards, again until the store has taken it, and no secret is replaced before that: so what the
//! store shows is always one that this server takes, and every secret gets there. What has been published stands in the
//! job's row: a backup does not know it, so that a server that comes back publishes again.

use std::borrow::Cow;
use std::time::Duration;

use cognate_store::Batch;
use cognate_store::tables::{clients, guards};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::app::cache;
use crate::app::metrics::labels::SecretEnd;
use crate::app::secret_store::{Keeping, SecretKeeper, StoreFault};
use crate::audit;
use crate::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress};
use crate::records::client::{Client, ClientDoc, ManagedSecret};
use crate::records::pool::Pool;
use crate::resources::clients::managed;

/// The jobs that a node does at once: a store that is slow holds up few.
pub(super) const PLACES: usize = 4;
/// The time between two rotations.
pub const INTERVAL: i64 = 7 * DAY;
/// The longest rest: a store that the settings name later gets the secrets by then.
const LONGEST_REST: i64 = HOUR;
/// Time until every node knows a new secret, in microseconds: the clocks of nodes differ by two seconds at most.
const KNOWN: i64 = cache::LEASE + 3 * SECOND;
/// The longest call of the store: shorter than the lease of a job.
const LONGEST_TRY: Duration = Duration::from_secs(30);
/// Failed tries after which the store counts as broken.
const BROKEN_AFTER: u32 = 3;
/// The time to the next try, after each of the first failures and after all later ones, in microseconds.
const PAUSES: [i64; 5] = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE];

/// The names in the audit trail: a new secret, a store that did nothing three times in a row, and one that works again.
pub const ROTATED: &str = "RotateClientSecret";
/// See [`ROTATED`].
pub const BROKEN: &str = "SecretStoreBroken";
/// See [`ROTATED`].
pub const WELL: &str = "SecretStoreWell";

/// What is known of the store's secret; kept in the job's row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// The store that has it and the id of the newest secret in it; empty if that is not known.
    #[serde(default)]
    published: String,
    /// True if it was deleted: once more, in case that a late call has brought it back.
    #[serde(default)]
    removed: bool,
    /// Tries that failed since one succeeded.
    #[serde(default)]
    failures: u32,
}

impl State {
    fn read(cursor: &str) -> Self {
        serde_json::from_str(cursor).unwrap_or_default()
    }

    fn later(&self, batch: Batch, pause: i64) -> Result<Progress> {
        Ok(Progress::Later {
            batch,
            cursor: Cow::Owned(serde_json::to_string(self)?),
            pause,
        })
    }

    fn is_broken(&self) -> bool {
        self.failures >= BROKEN_AFTER
    }
}

/// True if a job with this cursor waits for a store that is broken.
pub(super) fn is_broken(cursor: &str) -> bool {
    State::read(cursor).is_broken()
}

/// The job of one client.
#[derive(Default)]
pub struct ClientSecrets;

impl Job for ClientSecrets {
    const KIND: &'static str = managed::JOB;

    fn now(app: &App) -> i64 {
        app.clock.service()
    }

    async fn portion(&mut self, app: &App, key: &str, cursor: &str) -> Result<Progress> {
        let Some((pool_id, client_id)) = key.split_once('/') else {
            return Ok(Progress::done());
        };
        let state = State::read(cursor);
        let turn = Turn {
            app,
            pool_id,
            client_id,
            now: Self::now(app),
        };
        let row = clients::get(&app.store, client_id).await?;
        let row = row.filter(|row| row.pool_id == pool_id);
        let pool = Pool::load(&app.store, &app.root, pool_id).await?;
        let ver = row.as_ref().map(|row| row.ver);
        if let (Some(pool), Some(row)) = (pool, row) {
            let client = Client::open(&pool, row)?;
            if let Some(managed) = &client.doc.managed_secret {
                return turn.keep(&pool, &client, managed, state).await;
            }
        }
        turn.end(ver, state).await
    }
}

/// A turn of a client's job.
struct Turn<'a> {
    app: &'a App,
    pool_id: &'a str,
    client_id: &'a str,
    now: i64,
}

impl Turn<'_> {
    /// Publishes what is to be published, or makes a new secret when it is time.
    async fn keep(
        &self,
        pool: &Pool,
        client: &Client,
        managed: &ManagedSecret,
        mut state: State,
    ) -> Result<Progress> {
        let Some((id, value, created)) = client.secrets.last() else {
            return self.end(Some(client.ver), state).await;
        };
        let keeper = self.app.secret_keeper();
        let place = match keeper {
            SecretKeeper::Store(store) => store.place(),
            SecretKeeper::Own => "here",
            SecretKeeper::Nobody => return self.failed(state, "the settings name no store"),
        };
        state.removed = false;
        let marker = format!("{place} {id}");
        let due = created.saturating_add(INTERVAL);
        let rest = due.saturating_sub(self.now).clamp(0, LONGEST_REST);
        if state.published == marker {
            if rest > 0 {
                return state.later(Batch::new(), rest);
            }
            state.published = String::new();
            // Every node must know it before an application can read it.
            return state.later(self.rotation(pool, client)?, KNOWN);
        }
        let known = created.saturating_add(KNOWN);
        if client.secrets.len() > 1 && self.now < known && self.now >= *created {
            return state.later(Batch::new(), known.saturating_sub(self.now));
        }
        let arn = match keeper {
            SecretKeeper::Store(store) => {
                let name = managed::name(self.pool_id, self.client_id);
                let text = managed::text(self.pool_id, self.client_id, value);
                match within(store.publish(&name, &text)).await {
                    Ok(arn) => arn,
                    Err(StoreFault(why)) => return self.failed(state, &why),
                }
            }
            _ => None,
        };
        self.app.metrics.client_secrets.count(SecretEnd::Published);
        let batch = match arn.filter(|arn| *arn != managed.arn) {
            Some(arn) => named(pool, client, arn)?,
            None => clients::require(Batch::new(), self.pool_id, self.client_id, Some(client.ver)),
        };
        let batch = guards::require_pool_active(batch, self.pool_id);
        let batch = self.well(batch, &mut state);
        state.published = marker;
        state.later(batch, rest.max(SECOND))
    }

    /// Deletes the store's secret, twice.
    async fn end(&self, ver: Option<i64>, mut state: State) -> Result<Progress> {
        let guard = clients::require(Batch::new(), self.pool_id, self.client_id, ver);
        match self.app.secret_keeper() {
            SecretKeeper::Own => return Ok(Progress::Done(guard)),
            SecretKeeper::Nobody => return self.failed(state, "the settings name no store"),
            SecretKeeper::Store(store) => {
                let name = managed::name(self.pool_id, self.client_id);
                if let Err(StoreFault(why)) = within(store.remove(&name)).await {
                    return self.failed(state, &why);
                }
            }
        }
        self.app.metrics.client_secrets.count(SecretEnd::Removed);
        let batch = self.well(guard, &mut state);
        if state.removed {
            return Ok(Progress::Done(batch));
        }
        state.removed = true;
        state.published = String::new();
        state.later(batch, MINUTE)
    }

    fn rotation(&self, pool: &Pool, client: &Client) -> Result<Batch> {
        let secrets = managed::rotated(client, self.now);
        let sealed = Client::seal_secrets(pool, &client.id, &secrets)?;
        let doc = serde_json::to_string(&client.doc)?;
        let contents = clients::Contents {
            doc: &doc,
            sealed: sealed.as_deref(),
            modified: self.now,
            mac: Client::mac(pool, &client.id, &doc, sealed.as_deref()),
        };
        let batch = guards::require_pool_active(Batch::new(), self.pool_id);
        let batch = clients::replace(batch, self.pool_id, self.client_id, client.ver, contents);
        let entry = audit::command(ROTATED, Some(self.client_id));
        Ok(entry.append(batch, self.pool_id, self.now))
    }

    /// Lets the job wait, whose store did nothing.
    fn failed(&self, mut state: State, why: &str) -> Result<Progress> {
        self.app.metrics.client_secrets.count(SecretEnd::Failed);
        let done = usize::try_from(state.failures).unwrap_or(usize::MAX);
        let [.., longest] = PAUSES;
        let pause = PAUSES.get(done).copied().unwrap_or(longest);
        state.failures = state.failures.saturating_add(1);
        let mut batch = Batch::new();
        let (pool_id, client_id) = (self.pool_id, self.client_id);
        if state.failures == BROKEN_AFTER {
            tracing::error!(pool_id, client_id, why, "the store of secrets does nothing");
            let entry = audit::command(BROKEN, Some(client_id));
            batch = entry.append(batch, pool_id, self.now);
        } else {
            tracing::debug!(pool_id, client_id, why, "the store of secrets did nothing");
        }
        state.later(batch, pause)
    }

    /// Tells that the store works again.
    fn well(&self, batch: Batch, state: &mut State) -> Batch {
        let was_broken = state.is_broken();
        state.failures = 0;
        if !was_broken {
            return batch;
        }
        let (pool_id, client_id) = (self.pool_id, self.client_id);
        tracing::info!(pool_id, client_id, "the store of secrets works again");
        audit::command(WELL, Some(client_id)).append(batch, pool_id, self.now)
    }
}

/// Keeps the ARN that the store gave to the secret.
fn named(pool: &Pool, client: &Client, arn: String) -> Result<Batch> {
    let doc = ClientDoc {
        managed_secret: Some(ManagedSecret { arn }),
        ..client.doc.clone()
    };
    let doc = serde_json::to_string(&doc)?;
    let mac = Client::mac(pool, &client.id, &doc, client.sealed.as_deref());
    Ok(clients::update(
        Batch::new(),
        &pool.id,
        &client.id,
        client.ver,
        &doc,
        mac,
        client.modified,
    ))
}

async fn within<T>(call: Keeping<'_, T>) -> std::result::Result<T, StoreFault> {
    let slow = || Err(StoreFault("it took too long".into()));
    let called = tokio::time::timeout(LONGEST_TRY, call).await;
    called.unwrap_or_else(|_| slow())
}
