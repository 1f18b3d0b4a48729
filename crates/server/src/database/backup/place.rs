//! Where the rows of an archive go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use cognate_crypto::random;
use cognate_crypto::seal::RootKey;
use cognate_domain::audit;
use cognate_domain::clock::Clock;
use cognate_domain::jobs::pool_deletion::PoolDeletion;
use cognate_domain::jobs::runner::Job as _;
use cognate_domain::records::pool::Issuer;
use cognate_domain::records::trail::{self, TrailKey};
use cognate_domain::resources::clients::managed;
use cognate_store::tables::audit as trail_rows;
use cognate_store::tables::copies::{self, Copied, ReturnedPool};
use cognate_store::tables::jobs::{self, Lease};
use cognate_store::tables::{meta, pools};
use cognate_store::{Batch, CommitError, Store, StoreError, Value, params};

use super::restore::{Portion, has_client};
use super::{int, of, set, text};
use crate::database::database_identity;

/// How long a restore holds a pool without renewing its lease, in microseconds. A restore that was killed is undone then.
const LEASE: i64 = 60_000_000;
/// How long a restore waits for the deletion of the same pool, in seconds: longer than the lease of a server that was killed.
const DELETION_SECONDS: u32 = 90;
/// Rows of the trail that are added in one batch.
const TRAIL: usize = 200;

/// Named values of a database at most; a server has a few dozen.
const MOST_NAMED: usize = 100_000;

/// Where the rows go.
pub(super) enum Place {
    /// Into an empty database.
    Whole(Whole),
    /// Into one that is in use.
    Pools(Pools),
}

/// A restore of a server.
pub(super) struct Whole {
    /// Which restore it is; another one that begins takes its place.
    id: String,
    /// The named values, which come last: with them the database is one.
    named: Vec<(String, String)>,
}

/// A restore of pools.
pub(super) struct Pools {
    under_way: Vec<Pool>,
    /// The entries of clients, until the clients are there: a pool that is deleted finds its entries by its clients.
    entries: Option<Portion>,
}

/// A pool that comes back.
struct Pool {
    id: String,
    /// Of the job that deletes the pool again unless this restore comes to its end.
    lease: Lease,
    /// When the lease was renewed.
    renewed: i64,
    columns: Vec<&'static str>,
    row: Vec<Value>,
}

/// Returns the wall's time, by which leases end.
fn wall() -> i64 {
    Clock::default().wall()
}

/// Adds the jobs of the clients in a portion whose secrets are published.
fn published(batch: Batch, clients: &Portion) -> Batch {
    clients.rows.iter().fold(batch, |batch, row| {
        let text = |name| text(&clients.columns, row, name);
        let (Some(pool), Some(client), Some(doc)) =
            (text("pool_id"), text("client_id"), text("doc"))
        else {
            return batch;
        };
        match doc.contains(r#""managed_secret":{"#) {
            true => jobs::add(batch, managed::JOB, &managed::key(pool, client), ""),
            false => batch,
        }
    })
}

impl Whole {
    pub(super) async fn begin(store: &Store) -> anyhow::Result<Self> {
        let id = random::uuid_v4();
        database_identity::begin_restore(store, &id).await?;
        let named = Vec::new();
        Ok(Self { id, named })
    }

    async fn add(&mut self, store: &Store, mut portion: Portion) -> anyhow::Result<()> {
        let columns = portion.columns.clone();
        match portion.copied.table.name {
            "meta" => {
                for row in &portion.rows {
                    let name = text(&columns, row, "name").context("a value without a name")?;
                    let value = text(&columns, row, "value").context("a name without a value")?;
                    if self.named.len() >= MOST_NAMED {
                        bail!("the archive has too many named values");
                    }
                    if !database_identity::is_own(name) {
                        self.named.push((name.to_owned(), value.to_owned()));
                    }
                }
                return Ok(());
            }
            // No node has the work any more.
            "jobs" => {
                for row in &mut portion.rows {
                    set(&columns, row, "owner", "".into());
                    set(&columns, row, "lease_until", 0.into());
                    // Other secrets may have been published since.
                    if text(&columns, row, "kind") == Some(managed::JOB) {
                        set(&columns, row, "cursor", "".into());
                    }
                }
            }
            _ => {}
        }
        load(store, portion, database_identity::restoring(&self.id)).await
    }

    async fn finish(&mut self, store: &Store, root: &RootKey, now: i64) -> anyhow::Result<()> {
        let mut named = std::mem::take(&mut self.named);
        let carried = named.iter_mut().find(|(name, _)| name == trail::KEY);
        // An archive of an older program has none, and the first start signs its rows.
        let (key, settled) = match &carried {
            Some((_, key)) => {
                let key = TrailKey::import(key);
                (key.context("the key of the audit trail is none")?, true)
            }
            None => (TrailKey::generate(), false),
        };
        let wrapped = key.wrapped(root, settled);
        match carried {
            Some((_, value)) => *value = wrapped,
            None => named.push((trail::KEY.to_owned(), wrapped)),
        }
        store.set_trail_key(Box::new(key));
        let put = |batch, (name, value): (String, String)| meta::overwrite(batch, &name, &value);
        let batch = named.into_iter().fold(Batch::new(), put);
        let batch = audit::command("RestoreBackup", None).append(batch, "", now);
        database_identity::end_restore(batch, store, root, &self.id).await
    }
}

impl Pools {
    pub(super) fn new() -> Self {
        Self {
            under_way: Vec::new(),
            entries: None,
        }
    }

    async fn add(&mut self, store: &Store, portion: Portion) -> anyhow::Result<()> {
        let mut portion = portion;
        match portion.copied.table.name {
            // Places are numbers in another chain.
            "event_webhooks" => {
                for row in &mut portion.rows {
                    set(&portion.columns, row, "place", (-1).into());
                    set(&portion.columns, row, "due", 0.into());
                }
            }
            "pools" => {
                for row in &portion.rows {
                    self.begin(store, &portion.columns, row).await?;
                }
                return Ok(());
            }
            "client_pools" => {
                for row in &portion.rows {
                    let id = text(&portion.columns, row, "client_id").context("no client id")?;
                    if has_client(store, id).await? {
                        bail!("the client {id} is here already");
                    }
                }
                match &mut self.entries {
                    Some(entries) => entries.rows.extend(portion.rows),
                    None => self.entries = Some(portion),
                }
                return Ok(());
            }
            "clients" => {
                let entries = self.entries_of(&portion);
                let guard = published(self.guard(Batch::new()), &portion);
                load(store, portion, guard).await?;
                let Some(entries) = entries else {
                    return Ok(());
                };
                let guard = self.guard(Batch::new());
                return load(store, entries, guard).await;
            }
            _ => {}
        }
        if portion.copied.outlives_pools() {
            return self.keep_trail(store, portion).await;
        }
        let guard = self.guard(Batch::new());
        load(store, portion, guard).await
    }

    /// Takes the entries of the clients of a portion out of those that wait.
    fn entries_of(&mut self, clients: &Portion) -> Option<Portion> {
        let entries = self.entries.as_mut()?;
        let ids: BTreeSet<&str> = clients
            .rows
            .iter()
            .filter_map(|row| text(&clients.columns, row, "client_id"))
            .collect();
        let columns = Arc::clone(&entries.columns);
        let is_of = |row: &mut Vec<Value>| {
            text(&columns, row, "client_id").is_some_and(|id| ids.contains(id))
        };
        let rows = entries.rows.extract_if(.., is_of).collect();
        Some(Portion {
            copied: entries.copied,
            columns,
            rows,
        })
    }

    /// Begins with a pool, in the state of one that is being deleted, and holds the job that does it.
    async fn begin(
        &mut self,
        store: &Store,
        columns: &[&'static str],
        row: &[Value],
    ) -> anyhow::Result<()> {
        let id = text(columns, row, "pool_id").context("a pool without an id")?;
        let region = text(columns, row, "region").context("a pool without a region")?;
        if int(columns, row, "state") != Some(0) {
            bail!("the pool {id} was being deleted when the archive was taken");
        }
        let Some(Value::Bytes(data_key)) = of(columns, row, "data_key") else {
            bail!("the pool {id} has no key");
        };
        let mut waited = 0;
        let (lease, now) = loop {
            if finish_deletion(store, id).await? {
                let (now, owner) = (wall(), random::uuid_v4());
                let batch = copies::begin_pool(Batch::new(), id, region, data_key, now);
                let (batch, lease) =
                    jobs::add_held(batch, PoolDeletion::KIND, id, &owner, now + LEASE);
                match store.commit(batch).await {
                    Ok(_) => break (lease, now),
                    Err(CommitError::Conflict(copies::POOL_THERE)) => {
                        bail!("the pool {id} is here already")
                    }
                    // The job has deleted the pool and not itself yet.
                    Err(CommitError::Conflict(jobs::LOST)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            waited += 1;
            if waited > DELETION_SECONDS {
                bail!("the pool {id} is being deleted or restored: try again in a minute");
            }
            if !self.under_way.is_empty() {
                // The other pools of the archive stay held meanwhile.
                store.commit(self.guard(Batch::new())).await?;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        self.under_way.push(Pool {
            id: id.to_owned(),
            lease,
            renewed: now,
            columns: columns.to_vec(),
            row: row.to_vec(),
        });
        Ok(())
    }

    /// Adds what every batch requires: that the job of each pool is still held here; renews what ends soon.
    fn guard(&mut self, batch: Batch) -> Batch {
        let now = wall();
        self.under_way.iter_mut().fold(batch, |batch, pool| {
            pool.renewed = now;
            jobs::extend(batch, &pool.lease, now + LEASE)
        })
    }

    /// Adds rows of the trail, some of which may have outlived the pool. They are signed by the key of this place, as rows
    /// that came back, and linked behind what is there.
    async fn keep_trail(&mut self, store: &Store, portion: Portion) -> anyhow::Result<()> {
        let Portion { columns, rows, .. } = portion;
        for some in rows.chunks(TRAIL) {
            let mut batch = self.guard(Batch::new());
            for row in some {
                let named =
                    |name| text(&columns, row, name).context("a row of the trail without a column");
                let at = int(&columns, row, "at").context("a row of the trail without a time")?;
                let (pool, id) = (named("pool_id")?, named("audit_id")?);
                batch = trail_rows::restore(batch, pool, at, id, named("doc")?);
            }
            store.commit(batch).await?;
        }
        Ok(())
    }

    async fn finish(&mut self, store: &Store, now: i64) -> anyhow::Result<Vec<String>> {
        let mut batch = Batch::new();
        for pool in &self.under_way {
            let Pool {
                id, columns, row, ..
            } = pool;
            let bytes = |name| match of(columns, row, name) {
                Some(Value::Bytes(bytes)) => bytes.as_slice(),
                _ => &[],
            };
            let issuer = text(columns, row, "issuer");
            let issuer_host = issuer.and_then(Issuer::host_of);
            let returned = ReturnedPool {
                pool_id: id,
                doc: text(columns, row, "doc").context("a pool without settings")?,
                issuer,
                issuer_host: issuer_host.as_deref(),
                created: int(columns, row, "created").unwrap_or(now),
                modified: int(columns, row, "modified").unwrap_or(now),
                mac: bytes("mac"),
                data_key: bytes("data_key"),
            };
            batch = copies::finish_pool(batch, &returned);
            batch = jobs::finish(batch, &pool.lease);
            batch = audit::command("RestoreUserPool", None).append(batch, id, now);
        }
        store.commit(batch).await?;
        let under_way = std::mem::take(&mut self.under_way);
        Ok(under_way.into_iter().map(|pool| pool.id).collect())
    }

    async fn undo(&mut self, store: &Store) -> anyhow::Result<()> {
        for pool in std::mem::take(&mut self.under_way) {
            purge(store, &pool.id, pool.lease).await?;
        }
        Ok(())
    }
}

impl Place {
    pub(super) async fn add(&mut self, store: &Store, portion: Portion) -> anyhow::Result<()> {
        match self {
            Self::Whole(whole) => whole.add(store, portion).await,
            Self::Pools(pools) => pools.add(store, portion).await,
        }
    }

    /// Returns the pools that are on their way.
    pub(super) fn pools(&self) -> Vec<&String> {
        match self {
            Self::Whole(_) => Vec::new(),
            Self::Pools(pools) => pools.under_way.iter().map(|pool| &pool.id).collect(),
        }
    }

    /// Makes the rows count; returns the pools that came back.
    pub(super) async fn finish(
        &mut self,
        store: &Store,
        root: &RootKey,
        now: i64,
    ) -> anyhow::Result<Vec<String>> {
        match self {
            Self::Whole(whole) => whole.finish(store, root, now).await.map(|()| Vec::new()),
            Self::Pools(pools) => pools.finish(store, now).await,
        }
    }

    /// Deletes what was added of pools. Of a server it stays, and nothing starts on it.
    pub(super) async fn undo(&mut self, store: &Store) -> anyhow::Result<()> {
        match self {
            Self::Whole(_) => Ok(()),
            Self::Pools(pools) => pools.undo(store).await,
        }
    }
}

/// Deletes what a deletion, or a restore that was killed, has left of a pool. False while a server, or another restore, is at
/// it: a pool that was deleted a moment ago is the usual reason for a restore.
async fn finish_deletion(store: &Store, id: &str) -> anyhow::Result<bool> {
    if pools::state(store, id).await? != Some(1) {
        return Ok(true);
    }
    let (now, owner) = (wall(), random::uuid_v4());
    let taken = jobs::take(store, PoolDeletion::KIND, id, &owner, now, now + LEASE).await?;
    let Some(lease) = taken else {
        return Ok(false);
    };
    purge(store, id, lease).await?;
    Ok(true)
}

/// Adds the rows of a portion.
async fn load(store: &Store, portion: Portion, guard: Batch) -> anyhow::Result<()> {
    let Portion {
        copied,
        columns,
        rows,
    } = portion;
    let name = copied.table.name;
    let load = Copied::load(copied, &columns, rows, guard).context("a column that is none")?;
    match store.load(load).await {
        Ok(()) => Ok(()),
        Err(CommitError::Conflict(_)) => {
            bail!("another restore or deletion has begun on the same place")
        }
        // The text may quote a value.
        Err(CommitError::Store(StoreError::Constraint(_))) => {
            bail!("a row of {name} is here already, or breaks a rule of its table")
        }
        Err(error) => Err(error).with_context(|| format!("adding rows of {name}")),
    }
}

/// Deletes the rows of a pool whose job is held here, as the job does.
async fn purge(store: &Store, id: &str, lease: Lease) -> anyhow::Result<()> {
    // As the job: to the end of a round that deletes nothing.
    let mut deleted = true;
    while std::mem::take(&mut deleted) {
        for statement in pools::PURGE.iter() {
            loop {
                let guard = jobs::extend(Batch::new(), &lease, wall() + LEASE);
                let batch = guard.returning(statement, params![id]);
                let outcome = store.commit(batch).await?;
                let rows = outcome.rows.first().map_or(0, Vec::len);
                deleted |= rows > 0;
                if rows < pools::PURGE_ROWS {
                    break;
                }
            }
        }
    }
    let batch = pools::purged(Batch::new(), id);
    store.commit(jobs::finish(batch, &lease)).await?;
    Ok(())
}
