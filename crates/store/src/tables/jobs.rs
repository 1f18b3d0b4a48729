//! `jobs`: leases on background work that several nodes share, and the sweep of expired rows.
//!
//! A lease is good until `lease_until` by the clocks of the nodes, which differ by at most two seconds; take leases of
//! half a minute and more. `ver` numbers the leases of a job, so a node that was too slow cannot write over the next
//! one's work: put [`checkpoint`] into the batch that does a portion of it.

use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Expiry, Table, compared, listed};
use crate::{Batch, CommitError, Label, Store, StoreError, Value, clock, params};

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

/// Expiry indexes start with a bucket below this number, so that several nodes can sweep side by side and new rows do
/// not all land on one end of the index.
pub const BUCKETS: u32 = 64;
/// Rows that a sweep removes from a table in one batch: a commit of a thousand kept sign-ins waiting for a tenth of a second.
pub const SWEEP_ROWS: u32 = 125;
/// The time for which the outcome of a batch can be asked for, in microseconds.
const OUTCOME_KEPT: i64 = 3_600_000_000;

/// A statement for each table whose rows expire at a time of their own, and for each state in which they do.
/// Parameters: bucket, now (microseconds), rows at most.
pub(super) static SWEEPS: LazyLock<Vec<String>> =
    LazyLock::new(|| CATALOGUE.iter().flat_map(sweeps).collect());
/// The same for the outcomes of batches. Parameters: first id, the first id that stays, rows at most.
pub(super) static SWEEP_BATCHES: LazyLock<Vec<String>> =
    LazyLock::new(|| CATALOGUE.iter().filter_map(sweep_by_key).collect());

/// Names the statements of [`SWEEPS`] and then of [`SWEEP_BATCHES`] that would delete something, by their numbers. Parameters:
/// bucket, now (microseconds), first id, the first id that stays.
pub(super) static EXPIRED: LazyLock<String> = LazyLock::new(|| {
    let by_time = CATALOGUE.iter().flat_map(expired_by_time);
    let by_key = CATALOGUE.iter().filter_map(expired_by_key);
    let numbered = by_time.chain(by_key).enumerate();
    let parts = numbered.map(|(n, find)| format!("SELECT '{n}' WHERE ({find}) IS NOT NULL"));
    parts.collect::<Vec<_>>().join(" UNION ALL ")
});

/// Returns the statements that find the first row that expires, in the order of [`sweeps`].
fn expired_by_time(table: &Table) -> Vec<String> {
    let find = |condition: &str, column, order| {
        let name = table.name;
        format!(
            "SELECT {column} FROM {name} WHERE {condition}bucket = ?1 AND {column} <= ?2 \
             ORDER BY {order}{column} LIMIT 1"
        )
    };
    match table.expiry {
        Expiry::At(column) => vec![find("", column, "bucket, ")],
        Expiry::InState(column, states) => {
            let of = |state| find(&format!("state = {state} AND "), column, "");
            states.iter().map(of).collect()
        }
        Expiry::Never | Expiry::ByKey | Expiry::Retention(_) => Vec::new(),
    }
}

/// Returns the statement that finds the first row that expires by its key, as [`sweep_by_key`] does.
fn expired_by_key(table: &Table) -> Option<String> {
    let (name, [key]) = (table.name, table.key) else {
        return None;
    };
    (table.expiry == Expiry::ByKey).then(|| {
        format!("SELECT {key} FROM {name} WHERE {key} >= ?3 AND {key} < ?4 ORDER BY {key} LIMIT 1")
    })
}

/// Returns the statements of [`SWEEPS`] for a table.
fn sweeps(table: &Table) -> Vec<String> {
    match table.expiry {
        Expiry::At(column) => vec![sweep_by_time(table, "", column, "bucket, ")],
        // The index begins with the state.
        Expiry::InState(column, states) => {
            let of = |state| sweep_by_time(table, &format!("state = {state} AND "), column, "");
            states.iter().map(of).collect()
        }
        Expiry::Never | Expiry::ByKey | Expiry::Retention(_) => Vec::new(),
    }
}

fn sweep_by_time(table: &Table, condition: &str, column: &str, order: &str) -> String {
    let (name, columns, tuple) = (table.name, listed(table.key), compared(table.key));
    format!(
        "DELETE FROM {name} WHERE {tuple} IN (SELECT {columns} FROM {name} \
         WHERE {condition}bucket = ?1 AND {column} <= ?2 ORDER BY {order}{column} LIMIT ?3)",
    )
}

fn sweep_by_key(table: &Table) -> Option<String> {
    let (name, [key]) = (table.name, table.key) else {
        return None;
    };
    (table.expiry == Expiry::ByKey).then(|| {
        format!(
            "DELETE FROM {name} WHERE {key} IN (SELECT {key} FROM {name} \
             WHERE {key} >= ?1 AND {key} < ?2 ORDER BY {key} LIMIT ?3)",
        )
    })
}

/// Counts of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rows removed from all tables together.
    pub rows: u64,
    /// True if a table may hold more: call again.
    pub more: bool,
}

/// Deletes the expired rows of a bucket (below [`BUCKETS`]) from every table whose rows expire; at most [`SWEEP_ROWS`]
/// of each, a batch for each table that has some. `now` is the service's clock in microseconds. Two nodes at the same bucket
/// do no harm.
///
/// # Errors
/// [`CommitError`]; the rows that earlier batches deleted stay deleted.
pub async fn expire(store: &Store, now: i64, bucket: u32) -> Result<Swept, CommitError> {
    // Ids of batches are made by `batch_id`, by the clock of the machine.
    let first = format!("{bucket:02x}");
    let end = format!("{bucket:02x}{:016x}", clock::wall_micros() - OUTCOME_KEPT);
    let found = params![bucket, now, &first, &end];
    let found = store.rows(&EXPIRED, found).await?;
    let mut swept = Swept::default();
    for row in found {
        let number = row.text(0)?.parse::<usize>().unwrap_or(usize::MAX);
        let (sql, params) = match number.checked_sub(SWEEPS.len()) {
            None => (SWEEPS.get(number), params![bucket, now, SWEEP_ROWS]),
            Some(number) => (SWEEP_BATCHES.get(number), params![&first, &end, SWEEP_ROWS]),
        };
        if let Some(sql) = sql {
            sweep(store, sql, params, &mut swept).await?;
        }
    }
    Ok(swept)
}

async fn sweep(
    store: &Store,
    sql: &'static str,
    params: Vec<Value>,
    swept: &mut Swept,
) -> Result<(), CommitError> {
    let touched = store.commit(Batch::new().run(sql, params)).await?.touched();
    swept.rows += touched;
    swept.more |= touched >= u64::from(SWEEP_ROWS);
    Ok(())
}

/// Returns an id for a batch: bucket, time, and what tells batches of the same microsecond apart. The sweep relies on
/// the order.
pub(crate) fn batch_id(now: i64, random: u64, count: u64) -> String {
    let bucket = random % u64::from(BUCKETS);
    format!("{bucket:02x}{now:016x}{random:016x}{count:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_rows_are_found_by_the_index_that_begins_with_the_bucket() {
        let sweep = "DELETE FROM codes WHERE (pool_id, user_id, purpose) IN (SELECT pool_id, user_id, purpose FROM codes \
             WHERE bucket = ?1 AND expires <= ?2 ORDER BY bucket, expires LIMIT ?3)";
        assert!(SWEEPS.iter().any(|sql| sql == sweep));
        for table in [
            "sessions",
            "browser_sessions",
            "authorization_codes",
            "pushed_requests",
            "device_requests",
            "provider_requests",
            "provider_sessions",
            "link_offers",
            "link_requests",
            "codes",
            "custom_auth",
            "spent",
            "auth_events",
            "attempts",
        ] {
            let begin = format!("DELETE FROM {table} ");
            let found = SWEEPS.iter().filter(|sql| sql.starts_with(&begin));
            assert_eq!(found.count(), 1, "{table}");
        }
        assert_eq!(SWEEPS.len(), 18);
    }

    #[test]
    fn each_sweep_is_named_by_a_look_at_its_index() {
        let parts: Vec<_> = EXPIRED.split(" UNION ALL ").collect();
        assert_eq!(parts.len(), SWEEPS.len() + SWEEP_BATCHES.len());
        for (n, (part, sweep)) in parts.iter().zip(SWEEPS.iter()).enumerate() {
            let (_, found) = sweep.split_once(" FROM ").unwrap_or_default();
            let (_, found) = found.split_once(" FROM ").unwrap_or_default();
            let found = found.replace("LIMIT ?3)", "LIMIT 1) IS NOT NULL");
            assert!(
                part.starts_with(&format!("SELECT '{n}' WHERE (SELECT ")),
                "{part}"
            );
            assert!(part.ends_with(&format!(" FROM {found}")), "{part} {found}");
        }
        let last = parts.last().copied().unwrap_or_default();
        let by_key = " FROM batches WHERE batch_id >= ?3 AND batch_id < ?4 ORDER BY batch_id LIMIT 1) IS NOT NULL";
        assert!(last.ends_with(by_key), "{last}");
    }

    #[test]
    fn messages_expire_once_they_are_not_on_their_way() {
        for state in [2, 3, 4, 5] {
            let sweep = format!(
                "DELETE FROM messages WHERE (pool_id, message_id) IN (SELECT pool_id, message_id FROM messages \
                 WHERE state = {state} AND bucket = ?1 AND due <= ?2 ORDER BY due LIMIT ?3)"
            );
            assert!(SWEEPS.contains(&sweep), "{state}");
        }
    }

    #[test]
    fn outcomes_of_batches_expire_by_their_ids() {
        assert_eq!(
            *SWEEP_BATCHES,
            [
                "DELETE FROM batches WHERE batch_id IN (SELECT batch_id FROM batches \
              WHERE batch_id >= ?1 AND batch_id < ?2 ORDER BY batch_id LIMIT ?3)"
            ]
        );
    }
}
