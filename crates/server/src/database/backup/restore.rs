//! Reading an archive, checking it and adding its rows.

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use cognate_access::keys;
use cognate_crypto::age::Identity;
use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_domain::records::trail;
use cognate_moving::archive::{Cell, Header, Line, Manifest, Reader, TableLine};
use cognate_store::tables::copies::{self, Copied};
use cognate_store::{Store, Value, newest_migration};
use tokio::sync::mpsc;

use super::place::{Place, Pools, Whole};
use super::rows::{self, Rows};
use super::{int, later, set, text, value};

/// Rows of a portion at most, and about how many bytes they have together.
const ROWS: usize = 4_000;
const BYTES: usize = 2 << 20;
/// Portions that wait for the database.
const WAITING: usize = 2;

/// An archive whose first line was read.
pub struct Opened {
    /// The first line.
    pub header: Header,
    reader: Reader<Box<dyn Read + Send>>,
}

/// Opens an archive and reads its first line.
///
/// # Errors
/// A file that is no archive, is for others, or is of a newer program.
pub async fn open(
    input: Box<dyn Read + Send>,
    identities: Arc<Vec<Identity>>,
) -> anyhow::Result<Opened> {
    let opened = tokio::task::spawn_blocking(move || Reader::open(&identities, input)).await;
    let (header, reader) = opened.context("the reader of the archive ended")??;
    ensure!(
        header.migration <= newest_migration(),
        "the archive is of a newer program ({}), with migration {}: use a program as new",
        header.program,
        header.migration
    );
    Ok(Opened { header, reader })
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the archive holds.
    pub manifest: Manifest,
    /// The pools that came back; empty for a whole server.
    pub pools: Vec<String>,
}

/// Restores a server into an empty database. Until the end no server starts on it; after a failure or a kill it can be run
/// again.
///
/// # Errors
/// A database that has rows, an archive of pools, whatever is wrong with the archive, the store's.
pub async fn whole(
    opened: Opened,
    store: &Store,
    root: &RootKey,
    now: i64,
) -> anyhow::Result<Restored> {
    ensure!(
        opened.header.pools.is_none(),
        "this is the archive of a pool, not of a server: start a server, and restore it there"
    );
    let began = Instant::now();
    let mut place = Place::Whole(Whole::begin(store).await?);
    let manifest = run(opened, store, root, &mut place, Vec::new()).await?;
    place.finish(store, root, later(now, began)).await?;
    let pools = Vec::new();
    Ok(Restored { manifest, pools })
}

/// Restores pools of an archive into a database that is in use; `wanted` are those of them that are meant, all if it is
/// empty. Nobody sees a pool before all of it is there. After a failure what was added is deleted; after a kill the job
/// of deletions does it a minute later, or the next try.
///
/// # Errors
/// A pool, client or domain that is here already, whatever is wrong with the archive, the store's.
pub async fn pools(
    opened: Opened,
    store: &Store,
    root: &RootKey,
    wanted: Vec<String>,
    now: i64,
) -> anyhow::Result<Restored> {
    let wanted = match (&opened.header.pools, wanted.is_empty()) {
        (Some(all), true) => all.clone(),
        (None, true) => bail!("this is the archive of a server: say which pool of it to restore"),
        (Some(all), false) => {
            if let Some(other) = wanted.iter().find(|id| !all.contains(id)) {
                bail!("the archive has no pool {other}");
            }
            wanted
        }
        (None, false) => wanted,
    };
    // By which what comes back is recorded.
    let trail = trail::prepare(store, root).await;
    trail.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let mut place = Place::Pools(Pools::new());
    match into(opened, store, root, &mut place, wanted, now).await {
        Ok(restored) => Ok(restored),
        Err(error) => {
            if let Err(undo) = place.undo(store).await {
                tracing::warn!(%undo, "what was restored of a pool is deleted a minute from now");
            }
            Err(error)
        }
    }
}

async fn into(
    opened: Opened,
    store: &Store,
    root: &RootKey,
    place: &mut Place,
    wanted: Vec<String>,
    now: i64,
) -> anyhow::Result<Restored> {
    let began = Instant::now();
    let manifest = run(opened, store, root, place, wanted.clone()).await?;
    let there = place.pools();
    if let Some(missing) = wanted.iter().find(|id| !there.contains(id)) {
        bail!("the archive has no pool {missing}");
    }
    let pools = place.finish(store, root, later(now, began)).await?;
    Ok(Restored { manifest, pools })
}

/// Rows of a table, checked and ready to be added.
pub(super) struct Portion {
    pub(super) copied: &'static Copied,
    pub(super) columns: Arc<[&'static str]>,
    pub(super) rows: Vec<Vec<Value>>,
}

/// What the reader of the archive tells.
enum Item {
    Rows(Portion),
    /// The archive was read to its end, and is whole.
    End(Manifest),
}

async fn run(
    opened: Opened,
    store: &Store,
    root: &RootKey,
    place: &mut Place,
    wanted: Vec<String>,
) -> anyhow::Result<Manifest> {
    let (to, mut from) = mpsc::channel(WAITING);
    let Opened { header, reader } = opened;
    let decoder = Decoder {
        rows: Rows::new(header.pools.as_deref()),
        root: root.duplicate(),
        wanted,
        to,
    };
    let decoding = tokio::task::spawn_blocking(move || decoder.run(reader));
    let mut end = None;
    let mut added = Ok(());
    while let Some(item) = from.recv().await {
        match item {
            Item::Rows(portion) => added = place.add(store, portion).await,
            Item::End(manifest) => end = Some(manifest),
        }
        if added.is_err() {
            break;
        }
    }
    // The reader stops when nobody takes its rows.
    drop(from);
    let decoded = decoding.await.context("the reader of the archive ended")?;
    added?;
    decoded?;
    end.context("the archive was not read to its end")
}

/// Turns lines of an archive into rows of the database.
struct Decoder {
    rows: Rows,
    root: RootKey,
    /// The pools that are meant; empty for everything.
    wanted: Vec<String>,
    to: mpsc::Sender<Item>,
}

impl Decoder {
    fn run(mut self, mut reader: Reader<Box<dyn Read + Send>>) -> anyhow::Result<()> {
        let mut portion: Option<Portion> = None;
        let mut bytes = 0;
        loop {
            match reader.next_line()? {
                Line::Table(line) => {
                    self.send(portion.take())?;
                    portion = Some(self.table(&line)?);
                    bytes = 0;
                }
                Line::Row(cells) => {
                    let open = portion.as_mut().context("a row outside of a table")?;
                    let size = cells.iter().map(size).sum::<usize>();
                    let Some(row) = self.row(open, cells)? else {
                        continue;
                    };
                    open.rows.push(row);
                    bytes += size;
                    if open.rows.len() >= ROWS || bytes >= BYTES {
                        let next = Portion {
                            copied: open.copied,
                            columns: Arc::clone(&open.columns),
                            rows: Vec::new(),
                        };
                        self.send(portion.replace(next))?;
                        bytes = 0;
                    }
                }
                Line::End(manifest) => {
                    self.send(portion.take())?;
                    let end = self.to.blocking_send(Item::End(manifest));
                    return end.map_err(|_| anyhow::anyhow!("the restore was given up"));
                }
            }
        }
    }

    fn send(&self, portion: Option<Portion>) -> anyhow::Result<()> {
        match portion {
            Some(portion) if !portion.rows.is_empty() => {
                let sent = self.to.blocking_send(Item::Rows(portion));
                sent.map_err(|_| anyhow::anyhow!("the restore was given up"))
            }
            _ => Ok(()),
        }
    }

    /// Begins a table: it and its columns must be known, each column once, and the key must be among them.
    fn table(&mut self, line: &TableLine) -> anyhow::Result<Portion> {
        let name = &line.table;
        let copied = Copied::named(name)
            .with_context(|| format!("the archive has a table that is none: {name}"))?;
        let mut columns: Vec<&'static str> = Vec::new();
        for column in &line.columns {
            let known = copied.columns.iter().find(|known| *known == column);
            let known = *known.with_context(|| {
                format!("the archive has a column that is none: {column} of {name}")
            })?;
            ensure!(
                !columns.contains(&known),
                "the archive has the column {column} of {name} twice"
            );
            columns.push(known);
        }
        let missing = copied.table.key.iter().find(|key| !columns.contains(key));
        if let Some(key) = missing {
            bail!("the archive lacks the column {key} of {name}");
        }
        self.rows.table(copied, &columns)?;
        Ok(Portion {
            copied,
            columns: columns.into(),
            rows: Vec::new(),
        })
    }

    /// Checks a row; None if it is not meant.
    fn row(&mut self, portion: &Portion, cells: Vec<Cell>) -> anyhow::Result<Option<Vec<Value>>> {
        let columns = &portion.columns;
        let mut row: Vec<Value> = cells.into_iter().map(value).collect();
        let mut secret = None;
        if let Some(sealed) = portion.copied.sealed_by_root() {
            let place = columns.iter().position(|column| *column == sealed);
            let there = place.and_then(|place| row.get_mut(place));
            let Some(Value::Bytes(bytes)) = there else {
                bail!("a row of {} without {sealed}", portion.copied.table.name);
            };
            // Wiped when it is dropped.
            secret = Some(cognate_crypto::secret::Secret::new(std::mem::take(bytes)));
        }
        let secret = secret.as_ref().map(|secret| secret.expose().as_slice());
        match (portion.copied.table.name, secret) {
            ("pools", Some(raw)) => self.pool(columns, &mut row, raw)?,
            ("access_keys", Some(raw)) => self.access_key(columns, &mut row, raw)?,
            (_, Some(_)) => bail!("no way to seal {} again", portion.copied.table.name),
            (_, None) => {}
        }
        self.rows.row(&row)?;
        if self.wanted.is_empty() {
            return Ok(Some(row));
        }
        let pool = text(columns, &row, "pool_id");
        let meant = pool.is_some_and(|pool| self.wanted.iter().any(|wanted| wanted == pool));
        Ok(meant.then_some(row))
    }

    /// Takes the key out of a pool's row and puts it there wrapped by the sealing key of this place.
    fn pool(&mut self, columns: &[&str], row: &mut [Value], raw: &[u8]) -> anyhow::Result<()> {
        let id = text(columns, row, "pool_id").context("a pool without an id")?;
        let id = id.to_owned();
        if !rows::has_key(int(columns, row, "state")) {
            self.rows.add_pool(&id, None);
            return Ok(());
        }
        let key = PoolKey::import(raw).ok();
        let key = key.with_context(|| format!("the key of the pool {id} is none"))?;
        let wrapped = self.root.wrap_pool_key(&id, &key);
        set(columns, row, "data_key", Value::Bytes(wrapped));
        self.rows.add_pool(&id, Some(&key));
        Ok(())
    }

    /// Seals the secret of an access key by the sealing key of this place.
    fn access_key(&self, columns: &[&str], row: &mut [Value], raw: &[u8]) -> anyhow::Result<()> {
        let id = text(columns, row, "key_id").context("an access key without an id")?;
        let doc = text(columns, row, "doc").context("an access key without a policy")?;
        let enabled = int(columns, row, "enabled") == Some(1);
        let sealed = keys::seal_secret(&self.root, (id, doc, enabled), raw);
        set(columns, row, "sealed", Value::Bytes(sealed));
        Ok(())
    }
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Null | Cell::Int(_) => 8,
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
    }
}

/// True if a client of this id is here.
pub(super) async fn has_client(store: &Store, id: &str) -> anyhow::Result<bool> {
    Ok(store.first(copies::pool_of_client(id)).await?.is_some())
}
