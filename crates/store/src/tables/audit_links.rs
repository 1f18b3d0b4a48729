//! `audit_links`: the chain over the audit trail (decision 019). A link names a few hundred rows at most.

use std::sync::LazyLock;

use super::audit::AuditRow;
use super::rows::{self, Query, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, Store, StoreError, params};

const HEAD: &str =
    "SELECT first, n, newest, entries, hash, link_mac FROM audit_links ORDER BY first DESC LIMIT 1";
const OLDEST: &str =
    "SELECT first, n, newest, entries, hash, link_mac FROM audit_links ORDER BY first LIMIT ?1";
const AFTER: &str = "SELECT first, n, newest, entries, hash, link_mac FROM audit_links WHERE first > ?1 ORDER BY first LIMIT ?2";
const HOLDING: &str = "SELECT first, n, newest, entries, hash, link_mac FROM audit_links WHERE first <= ?1 ORDER BY first DESC LIMIT 1";
const INSERT: &str = "INSERT INTO audit_links (first, n, newest, entries, hash, link_mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const FORGET_ROWS: &str = "DELETE FROM audit WHERE link = ?1";
const FORGET_LINK: &str = "DELETE FROM audit_links WHERE first = ?1";
const PENDING: &str = "SELECT pool_id, at, audit_id, doc, row_mac FROM audit WHERE link = 0 ORDER BY link, at LIMIT ?1";
const ROWS_OF: &str = "SELECT pool_id, at, audit_id, doc, row_mac FROM audit WHERE link = ?1 ORDER BY link, at LIMIT ?2";
const WALK: &str = "SELECT pool_id, at, audit_id, doc, row_mac, link FROM audit \
    WHERE link >= ?1 AND (link, at, pool_id, audit_id) > (?1, ?2, ?3, ?4) AND link <= ?5 \
    ORDER BY link, at, pool_id, audit_id LIMIT ?6";
const ROW: &str = "SELECT pool_id, at, audit_id, doc, row_mac, link FROM audit WHERE pool_id = ?1 AND at = ?2 AND audit_id = ?3";
const UNSIGNED: &str = "SELECT pool_id, at, audit_id, doc, row_mac FROM audit \
    WHERE (pool_id, at, audit_id) > (?1, ?2, ?3) AND row_mac IS NULL ORDER BY pool_id, at, audit_id LIMIT ?4";
const SIGN: &str = "UPDATE audit SET row_mac = ?4 WHERE pool_id = ?1 AND at = ?2 AND audit_id = ?3";

/// Rows that one statement of [`add`] puts in their place: a statement has at most 62 parameters.
const PLACED: usize = 20;

/// Puts rows into their link: the link, then the key of each row.
pub(super) static PLACE: LazyLock<String> = LazyLock::new(|| {
    let row = |at: usize| {
        let (pool, at, id) = (3 * at + 2, 3 * at + 3, 3 * at + 4);
        format!("(pool_id = ?{pool} AND at = ?{at} AND audit_id = ?{id})")
    };
    let rows: Vec<_> = (0..PLACED).map(row).collect();
    let rows = rows.join(" OR ");
    format!("UPDATE audit SET link = ?1 WHERE {rows}")
});

/// Another node has appended the link with this number.
pub const LINKED: Label = Label("linked");

rows! {
    /// A link.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct LinkRow {
        /// The number of its first row, counted from 1 over the whole trail.
        pub first: i64,
        /// The number of its rows.
        pub n: i64,
        /// The latest time of any row up to here, in microseconds.
        pub newest: i64,
        /// Key and digest of each row, in order.
        pub entries: Vec<u8>,
        /// Over the hash of the link before and the columns before.
        pub hash: Vec<u8>,
        /// By the key of the trail.
        pub link_mac: Vec<u8>,
    }
}

impl LinkRow {
    /// Returns the number of the row behind its last one.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.first.saturating_add(self.n)
    }

    /// Returns what the MAC is over.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!["audit_links": self.first, self.n, self.newest, &self.entries, &self.hash]
    }
}

/// The key of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// Microseconds.
    pub at: i64,
    /// Its pool; empty for none.
    pub pool_id: String,
    /// Its id.
    pub audit_id: String,
}

impl RowKey {
    /// Returns the key of a row.
    #[must_use]
    pub fn of(row: &AuditRow) -> Self {
        Self {
            at: row.at,
            pool_id: row.pool_id.clone(),
            audit_id: row.audit_id.clone(),
        }
    }
}

/// Returns the query of the newest link.
#[must_use]
pub fn head() -> Query {
    (HEAD, params![])
}

/// Returns the query of the oldest links.
#[must_use]
pub fn oldest(limit: u32) -> Query {
    (OLDEST, params![limit])
}

/// Returns the query of the links behind the one whose first row has the number `first`.
#[must_use]
pub fn after(first: i64, limit: u32) -> Query {
    (AFTER, params![first, limit])
}

/// Returns the query of the link that holds the row of a number, if any does.
#[must_use]
pub fn holding(number: i64) -> Query {
    (HOLDING, params![number])
}

/// Reads links.
///
/// # Errors
/// [`StoreError::Column`].
pub fn read(rows: Vec<Row>) -> Result<Vec<LinkRow>, StoreError> {
    rows::all(rows)
}

/// Returns up to `limit` rows that no link holds, about the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn pending(store: &Store, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    rows::all(store.rows(PENDING, params![limit]).await?)
}

/// Returns up to `limit` rows that say that a link holds them, about the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn rows_of(store: &Store, first: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    rows::all(store.rows(ROWS_OF, params![first, limit]).await?)
}

/// Returns the query of rows with their links, by link and then by key: from behind a place, in links up to `last`.
#[must_use]
pub fn walk((link, key): (i64, &RowKey), last: i64, limit: u32) -> Query {
    let params = params![link, key.at, &key.pool_id, &key.audit_id, last, limit];
    (WALK, params)
}

/// Returns the query of a row with its link.
#[must_use]
pub fn row(key: &RowKey) -> Query {
    (ROW, params![&key.pool_id, key.at, &key.audit_id])
}

/// Reads rows with their links.
///
/// # Errors
/// [`StoreError::Column`].
pub fn read_placed(rows: Vec<Row>) -> Result<Vec<(AuditRow, i64)>, StoreError> {
    rows.into_iter()
        .map(|mut row| {
            let link = row.int(5)?;
            Ok((AuditRow::read(&mut row)?, link))
        })
        .collect()
}

/// Appends a link and puts its rows in their place; [`LINKED`].
pub fn add(batch: Batch, link: &LinkRow, rows: &[AuditRow]) -> Batch {
    let LinkRow {
        first,
        n,
        newest,
        entries,
        hash,
        link_mac,
    } = link;
    let params = params![*first, *n, *newest, entries, hash, link_mac];
    let batch = batch.one(INSERT, params, LINKED);
    rows.chunks(PLACED).fold(batch, |batch, some| {
        let Some(last) = some.last() else {
            return batch;
        };
        // A portion that is not full names its last row again.
        let filled = some.iter().chain(std::iter::repeat(last)).take(PLACED);
        let mut params = params![*first];
        for row in filled {
            params.extend(params![&row.pool_id, row.at, &row.audit_id]);
        }
        batch.run(&PLACE, params)
    })
}

/// Deletes a link and its rows.
pub fn forget(batch: Batch, first: i64) -> Batch {
    batch
        .run(FORGET_ROWS, params![first])
        .run(FORGET_LINK, params![first])
}

/// Returns up to `limit` rows without a MAC behind a key, by pool and time.
///
/// # Errors
/// [`StoreError`].
pub async fn unsigned(
    store: &Store,
    after: &RowKey,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let params = params![&after.pool_id, after.at, &after.audit_id, limit];
    rows::all(store.rows(UNSIGNED, params).await?)
}

/// Sets the MAC of a row of [`unsigned`].
pub fn sign(batch: Batch, row: &AuditRow, mac: Vec<u8>) -> Batch {
    batch.run(SIGN, params![&row.pool_id, row.at, &row.audit_id, mac])
}
