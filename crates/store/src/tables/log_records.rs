//! `log_records`: records of log delivery that wait for their target. Each source of a pool is a queue, whose order is that of
//! the ids, which begin with the time. Times are microseconds by the service's clock.

use super::rows::{self, rows};
use crate::{Batch, CommitError, Store, StoreError, params};

const INSERT: &str = "INSERT INTO log_records (pool_id, source, record_id, created, sealed) VALUES (?1, ?2, ?3, ?4, ?5)";
const INSERT_ONCE: &str = "INSERT INTO log_records (pool_id, source, record_id, created, sealed) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (pool_id, source, record_id) DO NOTHING";
const OLDEST: &str = "SELECT record_id, created, sealed FROM log_records \
     WHERE pool_id = ?1 AND source = ?2 ORDER BY record_id LIMIT ?3";
const DELETE: &str =
    "DELETE FROM log_records WHERE pool_id = ?1 AND source = ?2 AND record_id = ?3";
// The first record of the next queue: a seek in the primary key.
const NEXT_QUEUE: &str = "SELECT pool_id, source FROM log_records WHERE (pool_id, source) > (?1, ?2) \
     ORDER BY pool_id, source LIMIT 1";
const NTH_NEWEST: &str = "SELECT record_id FROM log_records WHERE pool_id = ?1 AND source = ?2 \
     ORDER BY record_id DESC LIMIT 1 OFFSET ?3";
const DROP_BEFORE: &str = "DELETE FROM log_records WHERE pool_id = ?1 AND source = ?2 AND record_id IN \
     (SELECT record_id FROM log_records WHERE pool_id = ?1 AND source = ?2 AND record_id < ?3 ORDER BY record_id LIMIT ?4)";
const COUNT: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM log_records LIMIT ?1) AS counted";

rows! {
    /// A record that waits.
    #[derive(Clone)]
    pub struct LogRecordRow {
        /// Grows with time.
        pub record_id: String,
        /// When it was appended.
        pub created: i64,
        /// The record itself.
        pub sealed: Vec<u8>,
    }
}

/// The name of a queue.
#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    /// The pool.
    pub pool_id: &'a str,
    /// The source of its records.
    pub source: &'a str,
}

/// Returns an id of a record that was made at `created`. `rest`: what tells records of one microsecond apart, in hexadecimal
/// digits.
#[must_use]
pub fn id(created: i64, rest: &str) -> String {
    format!("{created:016x}-{rest}")
}

/// Appends a record.
pub fn insert(
    batch: Batch,
    queue: Queue<'_>,
    record_id: &str,
    created: i64,
    sealed: Vec<u8>,
) -> Batch {
    let Queue { pool_id, source } = queue;
    batch.run(INSERT, params![pool_id, source, record_id, created, sealed])
}

/// Appends a record unless one of this id waits.
pub fn insert_once(
    batch: Batch,
    queue: Queue<'_>,
    record_id: &str,
    created: i64,
    sealed: Vec<u8>,
) -> Batch {
    let Queue { pool_id, source } = queue;
    batch.run(
        INSERT_ONCE,
        params![pool_id, source, record_id, created, sealed],
    )
}

/// Deletes a record.
pub fn delete(batch: Batch, queue: Queue<'_>, record_id: &str) -> Batch {
    batch.run(DELETE, params![queue.pool_id, queue.source, record_id])
}

/// Returns up to `limit` records of a queue, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn oldest(
    store: &Store,
    queue: Queue<'_>,
    limit: i64,
) -> Result<Vec<LogRecordRow>, StoreError> {
    let found = store.rows(OLDEST, params![queue.pool_id, queue.source, limit]);
    rows::all(found.await?)
}

/// Returns pool and source of the first queue with records behind another one; behind two empty texts, the first of all.
///
/// # Errors
/// [`StoreError`].
pub async fn next_queue(
    store: &Store,
    after: Queue<'_>,
) -> Result<Option<(String, String)>, StoreError> {
    let found = store.row(NEXT_QUEUE, params![after.pool_id, after.source]);
    let Some(mut row) = found.await? else {
        return Ok(None);
    };
    Ok(Some((row.take_text(0)?, row.take_text(1)?)))
}

/// Returns the id of the record behind the `newest` newest ones of a queue; None if it has no more than these.
///
/// # Errors
/// [`StoreError`].
pub async fn beyond(
    store: &Store,
    queue: Queue<'_>,
    newest: i64,
) -> Result<Option<String>, StoreError> {
    let params = params![queue.pool_id, queue.source, newest];
    match store.scan(NTH_NEWEST, params).await?.into_iter().next() {
        Some(mut row) => Ok(Some(row.take_text(0)?)),
        None => Ok(None),
    }
}

/// Deletes up to `limit` records of a queue whose ids are before another one. Returns their number.
///
/// # Errors
/// [`CommitError`].
pub async fn drop_before(
    store: &Store,
    queue: Queue<'_>,
    before: &str,
    limit: i64,
) -> Result<u64, CommitError> {
    let params = params![queue.pool_id, queue.source, before, limit];
    Ok(store
        .commit(Batch::new().run(DROP_BEFORE, params))
        .await?
        .touched())
}

/// Returns the number of records that wait, but `most` at most.
///
/// # Errors
/// [`StoreError`].
pub async fn count(store: &Store, most: i64) -> Result<i64, StoreError> {
    match store.scan(COUNT, params![most]).await?.first() {
        Some(row) => row.int(0),
        None => Ok(0),
    }
}
