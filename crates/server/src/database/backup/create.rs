//! Reading the database as it is at one moment, and writing an archive of it.

use std::io::Write;

use anyhow::{Context as _, bail};
use cognate_access::keys;
use cognate_crypto::age::Recipient;
use cognate_crypto::seal::RootKey;
use cognate_domain::records::trail::{self, TrailKey};
use cognate_moving::archive::{Cell, Header, Manifest, Writer};
use cognate_store::tables::copies::{self, COPIED, Copied};
use cognate_store::{Query, Row, Snapshot, Store, Value};
use tokio::sync::mpsc;

use super::rows::{self, Rows};
use super::{cell, int, set, text};
use crate::database::database_identity;

/// Portions that wait for the writer.
const WAITING: usize = 2;

/// What is asked for.
pub struct Order {
    /// Who can read the archive.
    pub recipients: Vec<Recipient>,
    /// The pools; None for all of the server.
    pub pools: Option<Vec<String>>,
    /// The service's time, in microseconds.
    pub now: i64,
}

/// What the reader of the database tells the writer of the archive.
enum Item {
    /// The rows of a table follow in the channel.
    Table(&'static Copied, mpsc::Receiver<Vec<Row>>),
    /// Everything was read.
    End,
}

/// Writes an archive of the database as it is now to `out`, while others read and write.
///
/// # Errors
/// A database that is being moved to another sealing key or restored, an unknown pool, a row that another program wrote; the
/// store's and those of the output. What was written by then is no archive.
pub async fn write<W: Write + Send + 'static>(
    store: &Store,
    root: &RootKey,
    order: Order,
    out: W,
) -> anyhow::Result<(W, Manifest)> {
    let mut snapshot = store.snapshot().await?;
    let mode = settled_mode(&named(&mut snapshot).await?)?;
    let migration = snapshot.all(copies::migration()).await?;
    let migration = migration.first().context("no migrations")?.int(0)?;
    let pools = order.pools.map(|mut pools| {
        pools.sort();
        pools.dedup();
        pools
    });
    refuse_unsettled(&mut snapshot, pools.as_deref()).await?;
    let header = Header {
        engine: store.engine_name().to_owned(),
        mode,
        taken: order.now,
        ..Header::new(env!("CARGO_PKG_VERSION"), migration, pools.clone())
    };
    let (to, from) = mpsc::channel(1);
    let encoder = Encoder {
        rows: Rows::new(pools.as_deref()),
        root: root.duplicate(),
        in_pool: pools.is_some(),
    };
    let recipients = order.recipients;
    let writing = tokio::task::spawn_blocking(move || {
        let writer = Writer::begin(&recipients, &header, out)?;
        encoder.run(writer, from)
    });
    let read = read(&mut snapshot, pools.as_deref(), &to).await;
    // Without the end the writer gives up.
    drop(to);
    drop(snapshot);
    let written = writing.await.context("the writer of the archive ended")?;
    match (read, written) {
        // The reader stops when the writer does, so that the writer's word is the cause.
        (Ok(()) | Err(Stopped::Writer), written) => written,
        (Err(Stopped::Reader(error)), _) => Err(error),
    }
}

/// Why reading stopped.
enum Stopped {
    Writer,
    Reader(anyhow::Error),
}

async fn named(snapshot: &mut Snapshot) -> anyhow::Result<Vec<(String, String)>> {
    let meta = Copied::named("meta").context("no table of named values")?;
    let rows = snapshot.all(meta.all()).await?;
    let pair = |row: &Row| anyhow::Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
    rows.iter().map(pair).collect()
}

/// Returns the mode of a database that is not between two states.
fn settled_mode(named: &[(String, String)]) -> anyhow::Result<String> {
    let pairs = named
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    database_identity::check_settled(pairs.clone())?;
    let mut pairs = pairs;
    let mode = pairs.find(|(name, _)| *name == database_identity::MODE);
    Ok(mode.map_or_else(String::new, |(_, mode)| mode.to_owned()))
}

/// Refuses while the users of a pool are half of one moment and half of another, and, where only pools are copied, while
/// background work is under way whose own row stays behind.
async fn refuse_unsettled(snapshot: &mut Snapshot, pools: Option<&[String]>) -> anyhow::Result<()> {
    let is_asked = |pool: &str| pools.is_none_or(|pools| pools.iter().any(|one| one == pool));
    for (query, is_whole, what) in copies::unsettled() {
        if is_whole && pools.is_none() {
            continue;
        }
        for row in snapshot.all(query).await? {
            let pool = row.text(0)?;
            if is_asked(pool) {
                bail!("{what} of the pool {pool} is under way; try again when it has ended");
            }
        }
    }
    Ok(())
}

/// Sends every table to the writer.
async fn read(
    snapshot: &mut Snapshot,
    pools: Option<&[String]>,
    to: &mpsc::Sender<Item>,
) -> Result<(), Stopped> {
    for copied in COPIED.iter() {
        let queries = queries(copied, pools);
        if queries.is_empty() {
            continue;
        }
        let (rows, taken) = mpsc::channel(WAITING);
        let table = Item::Table(copied, taken);
        to.send(table).await.map_err(|_| Stopped::Writer)?;
        for query in queries {
            match snapshot.stream(query, &rows).await {
                Ok(()) => {}
                Err(_) if rows.is_closed() => return Err(Stopped::Writer),
                Err(error) => return Err(Stopped::Reader(error.into())),
            }
        }
    }
    to.send(Item::End).await.map_err(|_| Stopped::Writer)
}

/// Returns the queries of a table: one, or one for each pool.
fn queries(copied: &'static Copied, pools: Option<&[String]>) -> Vec<Query> {
    match pools {
        None => vec![copied.all()],
        Some(pools) => pools.iter().filter_map(|id| copied.of_pool(id)).collect(),
    }
}

/// Turns rows of the database into those of an archive.
struct Encoder {
    rows: Rows,
    root: RootKey,
    in_pool: bool,
}

impl Encoder {
    fn run<W: Write>(
        mut self,
        mut writer: Writer<W>,
        mut from: mpsc::Receiver<Item>,
    ) -> anyhow::Result<(W, Manifest)> {
        while let Some(item) = from.blocking_recv() {
            let (copied, mut portions) = match item {
                Item::Table(copied, portions) => (copied, portions),
                Item::End => return Ok(writer.finish()?),
            };
            self.rows.table(copied, &copied.columns)?;
            writer.table(copied.table.name, &copied.columns)?;
            while let Some(portion) = portions.blocking_recv() {
                for row in portion {
                    if let Some(mut cells) = self.row(copied, row.into_values())? {
                        writer.row(&cells)?;
                        if copied.sealed_by_root().is_some() {
                            cells.iter_mut().for_each(Cell::wipe);
                        }
                    }
                }
            }
        }
        bail!("the database was not read to its end")
    }

    /// Returns the cells of a row; None for one that no archive carries.
    fn row(&mut self, copied: &Copied, mut row: Vec<Value>) -> anyhow::Result<Option<Vec<Cell>>> {
        let columns = &copied.columns;
        match copied.table.name {
            "pools" => self.pool(columns, &mut row)?,
            "access_keys" => self.access_key(columns, &mut row)?,
            "meta" if text(columns, &row, "name").is_some_and(database_identity::is_own) => {
                return Ok(None);
            }
            "meta" if text(columns, &row, "name") == Some(trail::KEY) => {
                let wrapped = text(columns, &row, "value").unwrap_or_default();
                let opened = TrailKey::open(&self.root, wrapped);
                let (key, settled) = opened.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
                anyhow::ensure!(
                    settled,
                    "the audit trail is of an older program: start a server first"
                );
                set(columns, &mut row, "value", key.export().into());
            }
            _ => {}
        }
        self.rows.row(&row)?;
        Ok(Some(row.into_iter().map(cell).collect()))
    }

    /// Puts the pool's key into its row.
    fn pool(&mut self, columns: &[&str], row: &mut [Value]) -> anyhow::Result<()> {
        let id = text(columns, row, "pool_id").context("a pool without an id")?;
        let id = id.to_owned();
        let state = int(columns, row, "state");
        if self.in_pool && state != Some(0) {
            bail!("there is no pool {id}");
        }
        if !rows::has_key(state) {
            self.rows.add_pool(&id, None);
            return Ok(());
        }
        let wrapped = match super::of(columns, row, "data_key") {
            Some(Value::Bytes(wrapped)) => wrapped,
            _ => bail!("the pool {id} has no key"),
        };
        let key = self.root.unwrap_pool_key(&id, wrapped);
        let key = key.with_context(|| format!("the key of the pool {id}"))?;
        let raw = key.export().expose().to_vec();
        set(columns, row, "data_key", Value::Bytes(raw));
        self.rows.add_pool(&id, Some(&key));
        Ok(())
    }

    /// Puts the secret of an access key into its row.
    fn access_key(&self, columns: &[&str], row: &mut [Value]) -> anyhow::Result<()> {
        let id = text(columns, row, "key_id").context("an access key without an id")?;
        let doc = text(columns, row, "doc").unwrap_or_default();
        let enabled = int(columns, row, "enabled") == Some(1);
        let sealed = match super::of(columns, row, "sealed") {
            Some(Value::Bytes(sealed)) => sealed,
            _ => bail!("the access key {id} has no secret"),
        };
        let secret = keys::open_secret(&self.root, (id, doc, enabled), sealed)
            .with_context(|| format!("the access key {id}"))?;
        let secret = secret.expose().clone();
        set(columns, row, "sealed", Value::Bytes(secret));
        Ok(())
    }
}

/// Refuses pools that are not there. The writer finds a pool that is not active; one that never was has no row at all.
///
/// # Errors
/// A text that names the pool.
pub async fn check_pools(store: &Store, pools: &[String]) -> anyhow::Result<()> {
    for id in pools {
        if cognate_store::tables::pools::state(store, id).await? != Some(0) {
            bail!("there is no pool {id}");
        }
    }
    Ok(())
}
