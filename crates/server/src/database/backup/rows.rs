//! What every row of an archive must be. A backup checks what it writes, so that what is restored is never found wanting when
//! it is too late; a restore checks what it reads, for anybody can write an archive.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use anyhow::{Context as _, bail, ensure};
use cognate_crypto::seal::PoolKey;
use cognate_crypto::secret::Secret;
use cognate_domain::records::mac;
use cognate_store::Value;
use cognate_store::tables::copies::Copied;

use super::{int, of, text};

/// The state of a pool of which nothing is left but its trail.
const PURGED: i64 = 2;

/// Clients whose entries are remembered until the clients come.
const MOST_CLIENTS: usize = 5_000_000;

/// The checks of the rows of one archive.
pub(super) struct Rows {
    /// The pools of the archive; None for all of a server.
    scope: Option<BTreeSet<String>>,
    /// The pools that were seen, with their keys; None for one that is purged. Only one key is ready for use at a time: rows
    /// of a table come pool by pool, and a server may have a hundred thousand.
    pools: HashMap<String, Option<Secret<[u8; 32]>>>,
    ready: Option<(String, PoolKey)>,
    /// The pools of the clients that `client_pools` names.
    clients: HashMap<String, String>,
    table: Option<Table>,
}

/// The table at hand.
struct Table {
    copied: &'static Copied,
    columns: Vec<&'static str>,
    /// The columns by which its rows are in order.
    order: Vec<&'static str>,
    /// Those of the row before.
    last: Option<Vec<Value>>,
}

impl Rows {
    pub(super) fn new(scope: Option<&[String]>) -> Self {
        Self {
            scope: scope.map(|pools| pools.iter().cloned().collect()),
            pools: HashMap::new(),
            ready: None,
            clients: HashMap::new(),
            table: None,
        }
    }

    /// Begins a table with these columns.
    pub(super) fn table(
        &mut self,
        copied: &'static Copied,
        columns: &[&'static str],
    ) -> anyhow::Result<()> {
        let name = copied.table.name;
        let of_server = !copied.columns.contains(&"pool_id");
        if of_server && self.scope.is_some() {
            bail!("the archive of a pool has the table {name}, which is the server's");
        }
        let mut order = copied.table.key.to_vec();
        if self.scope.is_some() && order.first() != Some(&"pool_id") {
            // One pool after the other.
            order.insert(0, "pool_id");
        }
        self.table = Some(Table {
            copied,
            columns: columns.to_vec(),
            order,
            last: None,
        });
        Ok(())
    }

    /// Adds a pool before its row is checked; without a key if it is purged.
    pub(super) fn add_pool(&mut self, id: &str, key: Option<&PoolKey>) {
        self.pools.insert(id.to_owned(), key.map(PoolKey::export));
    }

    /// Checks a row of the table at hand.
    ///
    /// # Errors
    /// A text that names the table and the row.
    pub(super) fn row(&mut self, row: &[Value]) -> anyhow::Result<()> {
        let table = self.table.as_mut().context("a row outside of a table")?;
        let name = table.copied.table.name;
        table.in_order(row)?;
        let shown = || format!("{name} {}", table.shown(row));
        let columns = &table.columns;
        if !table.copied.columns.contains(&"pool_id") {
            return Ok(());
        }
        let pool =
            text(columns, row, "pool_id").with_context(|| format!("{}: no pool", shown()))?;
        if let Some(scope) = &self.scope {
            ensure!(
                scope.contains(pool),
                "{}: the row is of the pool {pool}, which is not of this archive",
                shown()
            );
        }
        let key = match self.pools.get(pool) {
            Some(Some(key)) => ready(&mut self.ready, pool, key)?,
            // Of the server itself, and of pools of which only the trail is left.
            _ if table.copied.outlives_pools() || name == "pools" => return Ok(()),
            _ => bail!("{}: the archive has no pool {pool}", shown()),
        };
        match name {
            "client_pools" => {
                let client = text(columns, row, "client_id").with_context(shown)?;
                ensure!(self.clients.len() < MOST_CLIENTS, "too many clients");
                self.clients.insert(client.to_owned(), pool.to_owned());
            }
            // An entry leads to each client, or it would be found by nobody.
            "clients" => {
                let client = text(columns, row, "client_id").with_context(shown)?;
                ensure!(
                    self.clients.get(client).is_some_and(|of| of == pool),
                    "{}: no entry of client_pools leads to the client",
                    shown()
                );
            }
            _ => {}
        }
        // A pool that is being deleted has no MAC any more.
        if name == "pools" && int(columns, row, "state") != Some(0) {
            return Ok(());
        }
        let Some(signed) = table.copied.table.signed else {
            return Ok(());
        };
        let said = table.copied.signed(columns, row);
        let said = said.with_context(|| format!("{}: lacks one of {signed:?}", shown()))?;
        match of(columns, row, "mac") {
            Some(Value::Bytes(mac)) if mac::fits(key, pool, &said, mac) => Ok(()),
            _ => bail!("{}: the row was not written by this program", shown()),
        }
    }
}

/// Returns the key of a pool, ready for use.
fn ready<'a>(
    ready: &'a mut Option<(String, PoolKey)>,
    pool: &str,
    key: &Secret<[u8; 32]>,
) -> anyhow::Result<&'a PoolKey> {
    if ready.as_ref().is_none_or(|(id, _)| id != pool) {
        *ready = Some((pool.to_owned(), PoolKey::import(key.expose())?));
    }
    let (_, key) = ready.as_ref().context("no key")?;
    Ok(key)
}

/// True if a pool in this state has a key.
pub(super) fn has_key(state: Option<i64>) -> bool {
    state.is_some_and(|state| state < PURGED)
}

impl Table {
    /// Checks that the row comes after the one before, so that none comes twice.
    fn in_order(&mut self, row: &[Value]) -> anyhow::Result<()> {
        let name = self.copied.table.name;
        let key = self.order.iter();
        let key = key.map(|column| of(&self.columns, row, column).cloned());
        let key: Option<Vec<Value>> = key.collect();
        let key = key.with_context(|| format!("{name}: a row without its key"))?;
        let follows = match &self.last {
            None => true,
            Some(last) => compare(last, &key) == Ordering::Less,
        };
        ensure!(
            follows,
            "{name} {}: the row is there twice, or not in its place",
            self.shown(row)
        );
        self.last = Some(key);
        Ok(())
    }

    /// Returns the key of a row for people, without anything that is secret.
    fn shown(&self, row: &[Value]) -> String {
        let parts = self.copied.table.key.iter().filter_map(|column| {
            match of(&self.columns, row, column)? {
                Value::Int(value) => Some(value.to_string()),
                Value::Text(text) => Some(text.chars().take(64).collect()),
                Value::Null | Value::Bytes(_) => None,
            }
        });
        parts.collect::<Vec<String>>().join("/")
    }
}

/// Compares keys as both engines order them: numbers by size, texts by bytes.
fn compare(a: &[Value], b: &[Value]) -> Ordering {
    let parts = a.iter().zip(b).map(|pair| match pair {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        // No key is of another kind; neither does such a row follow any.
        _ => Ordering::Greater,
    });
    parts.fold(Ordering::Equal, Ordering::then)
}
