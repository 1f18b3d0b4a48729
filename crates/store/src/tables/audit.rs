//! `audit`: who changed what, appended in the batch of the change; and what refused callers tried.

use super::rows::{self, rows};
use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Expiry, Table, compared, listed};
use crate::{Batch, Store, StoreError, params};

const INSERT: &str = "INSERT INTO audit (pool_id, at, audit_id, doc) VALUES (?1, ?2, ?3, ?4)";
const NEWEST: &str = "SELECT pool_id, at, audit_id, doc FROM audit \
    WHERE at >= ?1 AND (at, pool_id, audit_id) < (?2, ?3, ?4) ORDER BY at DESC, pool_id DESC, audit_id DESC LIMIT ?5";
const NEWEST_OF_POOL: &str = "SELECT pool_id, at, audit_id, doc FROM audit \
    WHERE pool_id = ?1 AND at >= ?2 AND (at, audit_id) < (?3, ?4) ORDER BY at DESC, audit_id DESC LIMIT ?5";
const OLDEST: &str = "SELECT at FROM audit WHERE at < ?1 ORDER BY at LIMIT 1";

/// The largest number of rows that [`forget`] deletes.
pub const FORGET_ROWS: u64 = 1_000;

/// Statements that delete the oldest rows, made from the catalogue; parameter: the time from which rows stay.
pub(super) static FORGET: LazyLock<Vec<String>> =
    LazyLock::new(|| CATALOGUE.iter().filter_map(older_than).collect());

fn older_than(table: &Table) -> Option<String> {
    let Expiry::Retention(column) = table.expiry else {
        return None;
    };
    let (name, columns, tuple) = (table.name, listed(table.key), compared(table.key));
    let mut order = table.key.to_vec();
    order.retain(|other| *other != column);
    let order = listed(&order);
    Some(format!(
        "DELETE FROM {name} WHERE {tuple} IN (SELECT {columns} FROM {name} \
         WHERE {column} < ?1 ORDER BY {column}, {order} LIMIT {FORGET_ROWS})",
    ))
}

rows! {
    /// A row of the trail.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuditRow {
        /// The pool that it is about; empty when it is about none.
        pub pool_id: String,
        /// When it happened, in microseconds.
        pub at: i64,
        /// Its id.
        pub audit_id: String,
        /// A JSON object.
        pub doc: String,
    }
}

/// A place in the trail: rows before it are older, or of the same moment and smaller in their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Microseconds.
    pub at: i64,
    /// The pool of the row at this place; empty for the very beginning of the moment.
    pub pool_id: String,
    /// The id of the row at this place; empty for the very beginning of the moment.
    pub audit_id: String,
}

impl Place {
    /// Returns the place at the beginning of a moment, in microseconds: rows of that moment are not before it.
    #[must_use]
    pub fn at(at: i64) -> Self {
        Self {
            at,
            pool_id: String::new(),
            audit_id: String::new(),
        }
    }

    /// Returns the place of a row.
    #[must_use]
    pub fn of(row: &AuditRow) -> Self {
        Self {
            at: row.at,
            pool_id: row.pool_id.clone(),
            audit_id: row.audit_id.clone(),
        }
    }
}

/// Appends a row; `at` in microseconds, `doc` a JSON object.
pub fn insert(batch: Batch, pool_id: &str, at: i64, audit_id: &str, doc: &str) -> Batch {
    batch.run(INSERT, params![pool_id, at, audit_id, doc])
}

/// Returns up to `limit` rows of a pool, or of all, that are before a place and not older than `since` (microseconds),
/// the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn newest(
    store: &Store,
    pool_id: Option<&str>,
    since: i64,
    before: &Place,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let Place {
        at,
        pool_id: last_pool,
        audit_id,
    } = before;
    let rows = match pool_id {
        Some(pool) => {
            let params = params![pool, since, *at, audit_id, limit];
            store.scan(NEWEST_OF_POOL, params).await?
        }
        None => {
            let params = params![since, *at, last_pool, audit_id, limit];
            store.scan(NEWEST, params).await?
        }
    };
    rows::all(rows)
}

/// True if there is a row older than a moment, in microseconds.
///
/// # Errors
/// [`StoreError`].
pub async fn has_older(store: &Store, than: i64) -> Result<bool, StoreError> {
    Ok(store.row(OLDEST, params![than]).await?.is_some())
}

/// Deletes the oldest [`FORGET_ROWS`] rows that are older than a moment, in microseconds.
pub fn forget(batch: Batch, older_than: i64) -> Batch {
    FORGET
        .iter()
        .fold(batch, |batch, sql| batch.run(sql, params![older_than]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trail_is_forgotten_from_its_oldest_row() {
        assert_eq!(
            *FORGET,
            [
                "DELETE FROM audit WHERE (pool_id, at, audit_id) IN (SELECT pool_id, at, audit_id FROM audit \
              WHERE at < ?1 ORDER BY at, pool_id, audit_id LIMIT 1000)"
            ]
        );
    }
}
