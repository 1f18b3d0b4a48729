//! Whole tables, for backups and restores: what is read, what is added, and what an empty database is.
//!
//! Everything is made from the catalogue. What matters to running nodes alone is neither copied nor wanted back.

use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Origin, Purge, SealedBy, Table, compared, listed};
use super::rows::Query;
use crate::signed::{Part, Signed};
use crate::{Batch, CommitError, Label, Load, Store, StoreError, Value, params};

/// A table that a backup holds.
pub struct Copied {
    /// The table.
    pub table: &'static Table,
    /// Its columns: those of the key, then the others.
    pub columns: Vec<&'static str>,
    all: String,
    of_pool: String,
    outlives: bool,
}

/// The tables that a backup holds, in the order of the catalogue: `pools` first.
pub static COPIED: LazyLock<Vec<Copied>> = LazyLock::new(|| {
    let copied = CATALOGUE.iter().filter(|t| t.origin != Origin::Transient);
    copied.map(Copied::of).collect()
});

impl Copied {
    fn of(table: &'static Table) -> Self {
        let columns = [table.key, table.columns].concat();
        let (name, list, order) = (table.name, listed(&columns), listed(table.key));
        // What a deleted pool leaves may be there when the pool comes back.
        let outlives = table.purge == Purge::Never && table.key.len() > 1;
        let outlives = outlives && columns.contains(&"pool_id");
        Self {
            table,
            all: format!("SELECT {list} FROM {name} ORDER BY {order}"),
            of_pool: if columns.contains(&"pool_id") {
                format!("SELECT {list} FROM {name} WHERE pool_id = ?1 ORDER BY {order}")
            } else {
                String::new()
            },
            outlives,
            columns,
        }
    }

    /// Returns the table of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        COPIED.iter().find(|copied| copied.table.name == name)
    }

    /// Returns the query of all rows, by the key.
    #[must_use]
    pub fn all(&'static self) -> Query {
        (&self.all, params![])
    }

    /// Returns the query of the rows of a pool, by the key; None for a table of the server.
    #[must_use]
    pub fn of_pool(&'static self, pool_id: &str) -> Option<Query> {
        (!self.of_pool.is_empty()).then(|| (self.of_pool.as_str(), params![pool_id]))
    }

    /// True if rows of a pool outlive it, so that they may be there when it comes back.
    #[must_use]
    pub fn outlives_pools(&self) -> bool {
        self.outlives
    }

    /// Returns the load of rows with a value for each of `columns`; None if one is not of this table or comes twice.
    #[must_use]
    pub fn load(
        &self,
        columns: &[&'static str],
        rows: Vec<Vec<Value>>,
        guard: Batch,
    ) -> Option<Load> {
        let known = columns.iter().all(|column| self.columns.contains(column));
        known.then(|| Load {
            table: self.table.name,
            columns: columns.to_vec(),
            rows,
            guard,
        })
    }

    /// Returns the place of a column in [`Copied::columns`].
    #[must_use]
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| *known == column)
    }

    /// Returns the column that the sealing key seals, if there is one.
    #[must_use]
    pub fn sealed_by_root(&self) -> Option<&'static str> {
        let mut sealed = self.table.sealed.iter();
        let found = sealed.find(|sealed| matches!(sealed.by, SealedBy::SealingKey { .. }));
        found.map(|sealed| sealed.column)
    }

    /// Returns what is under the MAC of a row, with a value for each of `columns`; None for a table without MACs and for a row
    /// that lacks a column.
    #[must_use]
    pub fn signed<'a>(&self, columns: &[&str], row: &'a [Value]) -> Option<Signed<'a>> {
        let signed = self.table.signed?;
        let mut key = self.table.key_in_pool();
        if key.is_empty() {
            key = self.table.key.to_vec();
        }
        let part = |column: &&str| {
            let place = columns.iter().position(|known| known == column)?;
            row.get(place).map(Part::from)
        };
        let columns: Option<Vec<_>> = key.iter().chain(signed).map(part).collect();
        Some(Signed {
            table: self.table.name,
            columns: columns?,
        })
    }
}

/// Whether a table has a row.
static FILLED: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    let asked = CATALOGUE
        .iter()
        .filter(|table| table.origin != Origin::Transient);
    asked
        .map(|Table { name, .. }| (*name, format!("SELECT 1 FROM {name} LIMIT 1")))
        .collect()
});
/// Deletes a portion of a table, for all that a restore writes to. The outcomes of batches and the named values stay.
static EMPTY: LazyLock<Vec<String>> = LazyLock::new(|| {
    let emptied = CATALOGUE
        .iter()
        .filter(|table| !["batches", "meta"].contains(&table.name));
    let portion = |Table { name, key, .. }: &Table| {
        let (tuple, order) = (compared(key), listed(key));
        format!(
            "DELETE FROM {name} WHERE {tuple} IN (SELECT {order} FROM {name} ORDER BY {order} LIMIT {EMPTY_ROWS})",
        )
    };
    emptied.map(portion).collect()
});
/// Rows of a portion.
const EMPTY_ROWS: u64 = 5_000;

/// Returns all statements that are made of the catalogue.
pub(super) fn statements() -> Vec<&'static str> {
    let of = |copied: &'static Copied| [copied.all.as_str(), copied.of_pool.as_str()];
    let copied = COPIED.iter().flat_map(of).filter(|sql| !sql.is_empty());
    let filled = FILLED.iter().map(|(_, sql)| sql.as_str());
    let empty = EMPTY.iter().map(String::as_str);
    copied.chain(filled).chain(empty).collect()
}

const RESTORING: &str = "SELECT pool_id FROM recoveries WHERE status = 'RESTORING'";
const IMPORTING: &str = "SELECT pool_id FROM user_import_jobs WHERE status > 0 AND status < 4";
const CHANGING: &str = "SELECT pool_id FROM pool_changes \
     WHERE state IN ('checking', 'applying', 'blocked', 'applied', 'undoing', 'finishing')";

/// Returns what must not be under way in a pool when it is copied: the query of such pools, whether a copy of the whole
/// server may have it, and what it is called.
#[must_use]
pub fn unsettled() -> [(Query, bool, &'static str); 3] {
    [
        ((RESTORING, params![]), false, "a recovery"),
        ((IMPORTING, params![]), true, "an import"),
        ((CHANGING, params![]), true, "a change"),
    ]
}

/// Returns the name of a table that has rows; None for a database that nobody has used.
///
/// # Errors
/// [`StoreError`].
pub async fn filled(store: &Store) -> Result<Option<&'static str>, StoreError> {
    for (name, sql) in FILLED.iter() {
        if !store.rows(sql, params![]).await?.is_empty() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Empties every table but the named values and the outcomes of batches, in portions. `guard`: what each requires.
///
/// # Errors
/// [`CommitError`]: the label of the guard.
pub async fn empty(store: &Store, guard: &Batch) -> Result<(), CommitError> {
    for sql in EMPTY.iter() {
        loop {
            let batch = guard.clone().run(sql, params![]);
            let outcome = store.commit(batch).await?;
            if outcome.counts.last().copied().unwrap_or(0) < EMPTY_ROWS {
                break;
            }
        }
    }
    Ok(())
}

const NAMED: &str = "SELECT 1 FROM meta WHERE name = ?1 AND value = ?2";
const MIGRATION: &str = "SELECT MAX(number) FROM migrations";
const BEGIN_POOL: &str = "INSERT INTO pools (pool_id, region, state, doc, data_key, issuer, created, modified, ver, mac) \
    VALUES (?1, ?2, 1, '{}', ?3, NULL, ?4, ?4, 1, NULL) ON CONFLICT (pool_id) DO UPDATE SET \
    region = excluded.region, state = 1, doc = excluded.doc, data_key = excluded.data_key, created = excluded.created, \
    modified = excluded.modified, ver = pools.ver + 1 WHERE pools.state = 2";
const FINISH_POOL: &str = "UPDATE pools SET state = 0, doc = ?2, issuer = ?3, issuer_host = ?8, created = ?4, modified = ?5, mac = ?6, \
    ver = ver + 1 WHERE pool_id = ?1 AND state = 1 AND data_key = ?7";
const CLIENT: &str = "SELECT pool_id FROM client_pools WHERE client_id = ?1";
const DANGLING: &str = "SELECT l.pool_id, l.name FROM logins l LEFT JOIN users u ON u.pool_id = l.pool_id \
    AND u.user_id = l.user_id WHERE u.user_id IS NULL LIMIT 1";

/// A pool of this id is here, active or on its way.
pub const POOL_THERE: Label = Label("pool_there");
/// The restore is not the one that is under way.
pub const OTHER_RESTORE: Label = Label("other_restore");

/// Returns the query of the newest migration.
#[must_use]
pub fn migration() -> Query {
    (MIGRATION, params![])
}

/// Requires that a named value of the database is this one; [`OTHER_RESTORE`].
pub fn require_named(batch: Batch, name: &str, value: &str) -> Batch {
    batch.exists(NAMED, params![name, value], OTHER_RESTORE)
}

/// Begins the return of a pool under a key: it is there in the state of one that is being deleted, so that it can be undone
/// by the job of deletions. [`POOL_THERE`] unless the id is unknown or that of a pool that was purged.
pub fn begin_pool(batch: Batch, pool_id: &str, region: &str, data_key: &[u8], now: i64) -> Batch {
    let row = params![pool_id, region, data_key, now];
    batch.one(BEGIN_POOL, row, POOL_THERE)
}

/// What a pool says of itself when it is back.
pub struct ReturnedPool<'a> {
    /// Its id.
    pub pool_id: &'a str,
    /// The settings, JSON.
    pub doc: &'a str,
    /// The issuer, JSON.
    pub issuer: Option<&'a str>,
    /// The host of that issuer ([`pools::set_issuer`](super::pools::set_issuer)).
    pub issuer_host: Option<&'a str>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Over the row.
    pub mac: &'a [u8],
    /// Its key as [`begin_pool`] stored it.
    pub data_key: &'a [u8],
}

/// Ends the return of a pool: from the commit on it is there for everybody. [`POOL_THERE`] if it is another one by now.
pub fn finish_pool(batch: Batch, pool: &ReturnedPool<'_>) -> Batch {
    let row = params![
        pool.pool_id,
        pool.doc,
        pool.issuer,
        pool.created,
        pool.modified,
        pool.mac,
        pool.data_key,
        pool.issuer_host
    ];
    batch.one(FINISH_POOL, row, POOL_THERE)
}

/// Returns the query of the pool of a client.
#[must_use]
pub fn pool_of_client(client_id: &str) -> Query {
    (CLIENT, params![client_id])
}

/// Returns a name that leads to no user, with its pool; None if all do. It reads all names.
///
/// # Errors
/// [`StoreError`].
pub async fn dangling_login(store: &Store) -> Result<Option<(String, String)>, StoreError> {
    let rows = store.scan(DANGLING, params![]).await?;
    let found = rows.first().map(|row| {
        let (pool, name) = (row.text(0)?, row.text(1)?);
        Ok((pool.to_owned(), name.to_owned()))
    });
    found.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_copied_or_of_running_nodes_alone() {
        let left: Vec<_> = CATALOGUE
            .iter()
            .filter(|table| Copied::named(table.name).is_none())
            .map(|table| table.name)
            .collect();
        // What waits to be exported is the exporting server's alone: the restored one would export it a second time.
        let own = ["session_turns", "log_records", "spare_keys", "batches"];
        assert_eq!(left, own);
        assert_eq!(COPIED.first().map(|first| first.table.name), Some("pools"));
    }

    #[test]
    fn rows_are_read_by_their_keys() {
        let members = Copied::named("group_members").unwrap();
        assert_eq!(
            members.of_pool("p").unwrap(),
            (
                "SELECT pool_id, group_id, user_id, mac FROM group_members WHERE pool_id = ?1 \
                 ORDER BY pool_id, group_id, user_id",
                params!["p"]
            )
        );
        assert_eq!(
            members.all().0,
            "SELECT pool_id, group_id, user_id, mac FROM group_members ORDER BY pool_id, group_id, user_id"
        );
    }

    #[test]
    fn only_the_trail_outlives_a_pool() {
        let names = COPIED.iter().filter(|copied| copied.outlives_pools());
        let names: Vec<_> = names.map(|copied| copied.table.name).collect();
        assert_eq!(names, ["audit"]);
    }

    #[test]
    fn tables_of_the_server_belong_to_no_pool() {
        let global = COPIED.iter().filter(|copied| copied.of_pool("p").is_none());
        let global: Vec<_> = global.map(|copied| copied.table.name).collect();
        assert_eq!(global, ["audit_links", "jobs", "meta", "access_keys"]);
    }
}
