//! `jobs`: leases on background work that several nodes share.
//!
//! A lease is good until `lease_until` by the clocks of the nodes, which differ by at most two seconds; take leases of
//! half a minute and more. `ver` numbers the leases of a job, so a node that was too slow cannot write over the next
//! one's work: put [`checkpoint`] into the batch that does a portion of it.

pub use super::expired::{BUCKETS, SWEEP_ROWS, Swept, expire};
use crate::{Batch, CommitError, Label, Store, StoreError, params};

const ADD: &str = "INSERT INTO jobs (kind, job_key, owner, lease_until, cursor, ver) VALUES (?1, ?2, '', 0, ?3, 0) \
     ON CONFLICT (kind, job_key) DO NOTHING";
const ADD_HELD: &str = "INSERT INTO jobs (kind, job_key, owner, lease_until, cursor, ver) VALUES (?1, ?2, ?3, ?4, '', 1)";
const DUE: &str = "SELECT job_key FROM jobs WHERE kind = ?1 AND job_key > ?2 AND lease_until <= ?3 ORDER BY job_key LIMIT ?4";
const EXISTS: &str = "SELECT 1 FROM jobs WHERE kind = ?1 AND job_key = ?2";
const CURSORS: &str = "SELECT cursor FROM jobs WHERE kind = ?1";
const TAKE: &str = "UPDATE jobs SET owner = ?3, lease_until = ?4, ver = ver + 1 \
     WHERE kind = ?1 AND job_key = ?2 AND lease_until <= ?5 RETURNING cursor, ver";
const CHECKPOINT: &str = "UPDATE jobs SET lease_until = ?5, cursor = ?6 \
     WHERE kind = ?1 AND job_key = ?2 AND owner = ?3 AND ver = ?4";
const WAKE: &str =
    "UPDATE jobs SET lease_until = 0 WHERE kind = ?1 AND job_key = ?2 AND lease_until > ?3";
const WAKE_ALL: &str =
    "UPDATE jobs SET lease_until = 0 WHERE kind = ?1 AND job_key LIKE ?2 AND lease_until > ?3";
const FINISH: &str =
    "DELETE FROM jobs WHERE kind = ?1 AND job_key = ?2 AND owner = ?3 AND ver = ?4";

/// All that may be waiting for a node, in one statement: kinds of jobs, and tables with rows that something is to be done with.
/// Each part is a look at the beginning of an index; with ORDER BY no engine reads a table in its place.
const LOOK: &str = "SELECT DISTINCT kind FROM jobs WHERE kind IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) AND lease_until <= ?9 \
     UNION ALL SELECT 'messages' WHERE \
     (SELECT due FROM messages WHERE state < 2 AND due <= ?9 ORDER BY due LIMIT 1) IS NOT NULL \
     UNION ALL SELECT 'audit' WHERE (SELECT at FROM audit WHERE at < ?10 ORDER BY at LIMIT 1) IS NOT NULL \
     UNION ALL SELECT 'user_import_jobs' WHERE (SELECT created FROM user_import_jobs \
     WHERE status = 0 AND created <= ?11 ORDER BY created, pool_id, job_id LIMIT 1) IS NOT NULL \
     UNION ALL SELECT 'recoveries' WHERE (SELECT created FROM recoveries \
     WHERE status = 'PREVIEW_GENERATING' AND created <= ?12 ORDER BY created LIMIT 1) IS NOT NULL \
     UNION ALL SELECT 'recoveries' WHERE (SELECT created FROM recoveries \
     WHERE status = 'PREVIEW_GENERATED' AND created <= ?12 ORDER BY created LIMIT 1) IS NOT NULL \
     UNION ALL SELECT 'log_records' WHERE \
     (SELECT record_id FROM log_records ORDER BY pool_id, source, record_id LIMIT 1) IS NOT NULL \
     UNION ALL SELECT 'pool_changes' WHERE (SELECT pool_id FROM pool_changes \
     WHERE state IN ('planning', 'checking', 'applying', 'undoing', 'finishing') ORDER BY state, pool_id LIMIT 1) IS NOT NULL";

/// Another node has the lease now.
pub const LOST: Label = Label("lease_lost");

/// A job that this node works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The kind of work.
    pub kind: String,
    /// The object of the work, for example a pool id.
    pub key: String,
    /// This node.
    pub owner: String,
    /// How far the work has come; empty at the beginning.
    pub cursor: String,
    /// The number of this lease.
    pub ver: i64,
}

/// Adds a job if it is not there.
pub fn add(batch: Batch, kind: &str, key: &str, cursor: &str) -> Batch {
    batch.run(ADD, params![kind, key, cursor])
}

/// Adds a job that its maker holds until `until`, in microseconds; [`LOST`] if there is one of the key.
pub fn add_held(batch: Batch, kind: &str, key: &str, owner: &str, until: i64) -> (Batch, Lease) {
    let batch = batch.one(ADD_HELD, params![kind, key, owner, until], LOST);
    let lease = Lease {
        kind: kind.to_owned(),
        key: key.to_owned(),
        owner: owner.to_owned(),
        cursor: String::new(),
        ver: 1,
    };
    (batch, lease)
}

/// Returns the keys of up to `limit` jobs of a kind without a lease at `now` (microseconds), after the key `after`.
///
/// # Errors
/// [`StoreError`].
pub async fn due(
    store: &Store,
    kind: &str,
    after: &str,
    now: i64,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let rows = store.rows(DUE, params![kind, after, now, limit]).await?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// True if there is a job with this key.
///
/// # Errors
/// [`StoreError`].
pub async fn exists(store: &Store, kind: &str, key: &str) -> Result<bool, StoreError> {
    Ok(store.row(EXISTS, params![kind, key]).await?.is_some())
}

/// Returns how far each job of a kind has come.
///
/// # Errors
/// [`StoreError`].
pub async fn cursors(store: &Store, kind: &str) -> Result<Vec<String>, StoreError> {
    let rows = store.rows(CURSORS, params![kind]).await?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// What a node looks for at once. Times are microseconds of the service's clock.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Kinds of jobs.
    pub kinds: [&'static str; 8],
    /// Leases that have ended by then, messages that are due.
    pub now: i64,
    /// Rows of the audit trail from before that moment.
    pub audit_before: i64,
    /// Import jobs that were made by then and never started.
    pub imports_made_by: i64,
    /// Previews of recoveries that were asked for by then.
    pub previews_made_by: i64,
}

/// Returns what there is of that: the kinds of jobs, and the tables `messages`, `audit`, `user_import_jobs`, `recoveries`,
/// `log_records` and, for changes of pools that are at work, `pool_changes`. Whoever does the work finds out what exactly.
///
/// # Errors
/// [`StoreError`].
pub async fn look(store: &Store, look: Look) -> Result<Vec<String>, StoreError> {
    let [a, b, c, d, e, f, g, h] = look.kinds;
    let params = params![
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        look.now,
        look.audit_before,
        look.imports_made_by,
        look.previews_made_by
    ];
    let rows = store.rows(LOOK, params).await?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Takes a job until `until` if it is there and without a lease at `now` (both in microseconds).
///
/// # Errors
/// [`CommitError`]; a lease of another node is `None`, not an error.
pub async fn take(
    store: &Store,
    kind: &str,
    key: &str,
    owner: &str,
    now: i64,
    until: i64,
) -> Result<Option<Lease>, CommitError> {
    let batch = Batch::new().returning(TAKE, params![kind, key, owner, until, now]);
    let outcome = store.commit(batch).await?;
    let Some(row) = outcome.first(0) else {
        return Ok(None);
    };
    Ok(Some(Lease {
        kind: kind.to_owned(),
        key: key.to_owned(),
        owner: owner.to_owned(),
        cursor: row.text(0)?.to_owned(),
        ver: row.int(1)?,
    }))
}

/// Records how far the work has come and holds the job until `until`; a conflict under [`LOST`] undoes the portion
/// of work in the same batch. To pause a repeated job, set `until` to the time of its next turn.
pub fn checkpoint(batch: Batch, lease: &Lease, cursor: &str, until: i64) -> Batch {
    batch.one(
        CHECKPOINT,
        params![
            &lease.kind,
            &lease.key,
            &lease.owner,
            lease.ver,
            until,
            cursor
        ],
        LOST,
    )
}

/// Ends the rest of a job that would last beyond `until`, in microseconds. A node that works on it holds it for less.
pub fn wake(batch: Batch, kind: &str, key: &str, until: i64) -> Batch {
    batch.run(WAKE, params![kind, key, until])
}

/// As [`wake`], for all jobs of a kind whose keys begin so; it may wake others of the kind too.
pub fn wake_all(batch: Batch, kind: &str, begin: &str, until: i64) -> Batch {
    batch.run(WAKE_ALL, params![kind, format!("{begin}%"), until])
}

/// Holds the job until `until` without progress.
pub fn extend(batch: Batch, lease: &Lease, until: i64) -> Batch {
    checkpoint(batch, lease, &lease.cursor, until)
}

/// Deletes a job that is done; a conflict under [`LOST`] means that another node has it now.
pub fn finish(batch: Batch, lease: &Lease) -> Batch {
    batch.one(
        FINISH,
        params![&lease.kind, &lease.key, &lease.owner, lease.ver],
        LOST,
    )
}

/// Returns an id for a batch: bucket, time, and what tells batches of the same microsecond apart. The sweep relies on
/// the order.
pub(crate) fn batch_id(now: i64, random: u64, count: u64) -> String {
    let bucket = random % u64::from(BUCKETS);
    format!("{bucket:02x}{now:016x}{random:016x}{count:x}")
}
