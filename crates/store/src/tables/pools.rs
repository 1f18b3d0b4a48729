//! `pools`: one row a user pool; and what goes when a pool is deleted.

use super::guards::POOL_GONE;
use super::rows::{self, rows};
use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Purge, Table, compared, listed};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Row, Store, StoreError, params};

/// Another pool has the id.
pub const POOL_EXISTS: Label = Label("pool_exists");
/// The row has changed since it was read.
pub const POOL_STALE: Label = Label("pool_stale");

const BY_ID: &str = "SELECT pool_id, region, doc, data_key, issuer, created, modified, ver, mac, paused, shape \
    FROM pools WHERE pool_id = ?1 AND state = 0";
const USER_COUNTS: &str = "SELECT n FROM user_counts WHERE pool_id = ?1 ORDER BY shard";

const INSERT: &str = "INSERT INTO pools (pool_id, region, state, doc, data_key, issuer, created, modified, ver, mac) \
    VALUES (?1, ?2, 0, ?3, ?4, NULL, ?5, ?5, 1, ?6) ON CONFLICT (pool_id) DO NOTHING";
const UPDATE: &str = "UPDATE pools SET doc = ?3, modified = ?4, mac = ?5, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
const SET_ISSUER: &str = "UPDATE pools SET issuer = ?3, issuer_host = ?6, modified = ?4, mac = ?5, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
// Without a MAC no change of `state` alone brings it back.
const END: &str = "UPDATE pools SET state = 1, modified = ?3, mac = NULL, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
const PAUSE: &str = "UPDATE pools SET paused = 1, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2 AND paused = 0";
const RESUME: &str = "UPDATE pools SET paused = 0, ver = ver + 1 WHERE pool_id = ?1 AND paused = 1";
const RESHAPE: &str = "UPDATE pools SET doc = ?3, modified = ?4, mac = ?5, shape = ?6, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
const PAGE: &str = "SELECT pool_id, doc, created, modified FROM pools \
    WHERE region = ?1 AND state = 0 AND pool_id > ?2 ORDER BY pool_id LIMIT ?3";
const IDS: &str =
    "SELECT pool_id FROM pools WHERE state = 0 AND pool_id > ?1 ORDER BY pool_id LIMIT ?2";
const BY_ISSUER_HOST: &str =
    "SELECT pool_id FROM pools WHERE issuer_host = ?1 AND state = 0 ORDER BY pool_id LIMIT 2";
const NEWEST: &str =
    "SELECT pool_id FROM pools WHERE state = 0 ORDER BY created DESC, pool_id LIMIT ?1";
const MENTIONING: &str = "SELECT pool_id FROM pools WHERE state = 0 AND pool_id > ?1 AND doc LIKE ?2 \
    ORDER BY pool_id LIMIT 100";
// The text of a setting may be somewhere else in the document: whoever asks looks.
const IMPORTED_PASSWORDS: &str = r#"%"imported_passwords"%"#;
const STATE: &str = "SELECT state FROM pools WHERE pool_id = ?1";
// The key goes with the last row, so that nothing that was sealed with it can ever be opened again.
const PURGED: &str = "UPDATE pools SET state = 2, doc = '{}', data_key = ?2, issuer = NULL, issuer_host = NULL, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 1";

rows! {
    /// An active pool as it is stored.
    pub struct PoolRow {
        /// `<region>_<9 characters>`.
        pub pool_id: String,
        /// The region that the id begins with.
        pub region: String,
        /// The settings, JSON.
        pub doc: String,
        /// The pool's key, wrapped by the sealing key.
        pub data_key: Vec<u8>,
        /// The issuer that `pool set-issuer` set, JSON.
        pub issuer: Option<String>,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`signed`].
        pub mac: Option<Vec<u8>>,
        /// True while a recovery of the pool is open.
        pub paused: bool,
        /// The number of the rules by which users are written; the settings repeat it.
        pub shape: i64,
    }
}

/// Returns what is signed of an active pool.
#[must_use]
pub fn signed<'a>(
    pool_id: &'a str,
    region: &'a str,
    doc: &'a str,
    issuer: Option<&'a str>,
) -> Signed<'a> {
    signed!("pools": pool_id, region, doc, issuer)
}

rows! {
    /// A pool in a listing.
    pub struct PoolSummary {
        /// The id.
        pub pool_id: String,
        /// The settings, JSON.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
    }
}

/// Returns the pool if it is active.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, pool_id: &str) -> Result<Option<PoolRow>, StoreError> {
    read(store.all(by_id(pool_id)).await?)
}

/// Returns the query of [`get`].
#[must_use]
pub fn by_id(pool_id: &str) -> Query {
    (BY_ID, params![pool_id])
}

/// Reads the row of [`by_id`], if there is one.
///
/// # Errors
/// [`StoreError`].
pub fn read(rows: Vec<Row>) -> Result<Option<PoolRow>, StoreError> {
    rows::one(rows.into_iter().next())
}

/// Adds a pool in its first version; [`POOL_EXISTS`] if the id is taken, by a deleted pool too.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    region: &str,
    doc: &str,
    data_key: &[u8],
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    batch.one(
        INSERT,
        params![pool_id, region, doc, data_key, now, mac],
        POOL_EXISTS,
    )
}

/// Replaces the settings of version `ver`; [`POOL_STALE`].
pub fn update(batch: Batch, pool_id: &str, ver: i64, doc: &str, mac: Vec<u8>, now: i64) -> Batch {
    batch.one(UPDATE, params![pool_id, ver, doc, now, mac], POOL_STALE)
}

/// As [`update`], with other rules by which users are written: batches that require the rules from before
/// ([`guards::require_pool_shape`](super::guards::require_pool_shape)) do not commit any more.
pub fn reshape(
    batch: Batch,
    pool_id: &str,
    ver: i64,
    (doc, shape): (&str, i64),
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    let params = params![pool_id, ver, doc, now, mac, shape];
    batch.one(RESHAPE, params, POOL_STALE)
}

/// Sets or deletes the issuer of version `ver`; [`POOL_STALE`]. `host`: its host, by which [`with_issuer_host`] finds the pool.
pub fn set_issuer(
    batch: Batch,
    pool_id: &str,
    ver: i64,
    (issuer, host): (Option<&str>, Option<&str>),
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    let params = params![pool_id, ver, issuer, now, mac, host];
    batch.one(SET_ISSUER, params, POOL_STALE)
}

/// Returns the id of the active pool whose issuer is a host, if one alone has it. The column is not signed: the caller compares
/// the pool's issuer.
///
/// # Errors
/// [`StoreError`].
pub async fn with_issuer_host(store: &Store, host: &str) -> Result<Option<String>, StoreError> {
    let rows = store.rows(BY_ISSUER_HOST, params![host]).await?;
    match rows.as_slice() {
        [one] => Ok(Some(one.text(0)?.to_owned())),
        _ => Ok(None),
    }
}

/// Begins the deletion of version `ver`: from the commit on the pool does not exist for anyone; [`POOL_STALE`].
pub fn end(batch: Batch, pool_id: &str, ver: i64, now: i64) -> Batch {
    batch.one(END, params![pool_id, ver, now], POOL_STALE)
}

/// Stops all changes of users of version `ver` of a pool; [`POOL_STALE`], also if they are stopped already. The commit waits
/// for the changes that have begun, and none begins after it.
pub fn pause(batch: Batch, pool_id: &str, ver: i64) -> Batch {
    batch.one(PAUSE, params![pool_id, ver], POOL_STALE)
}

/// Undoes [`pause`]; [`POOL_STALE`].
pub fn resume(batch: Batch, pool_id: &str) -> Batch {
    batch.one(RESUME, params![pool_id], POOL_STALE)
}

/// Returns up to `limit` active pools of a region whose id is above `after`, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    region: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<PoolSummary>, StoreError> {
    rows::all(store.all((PAGE, params![region, after, limit])).await?)
}

/// Returns up to `limit` ids of active pools of all regions above `after`, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn ids(store: &Store, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows = store.rows(IDS, params![after, limit]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// Returns the ids of up to `limit` active pools of all regions, the newest first. It reads every pool.
///
/// # Errors
/// [`StoreError`].
pub async fn newest(store: &Store, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows = store.rows(NEWEST, params![limit]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// Returns the ids of up to a hundred active pools after an id whose settings may say that users have passwords of other
/// systems. It reads every pool.
///
/// # Errors
/// [`StoreError`].
pub async fn with_imported_passwords(
    store: &Store,
    after: &str,
) -> Result<Vec<String>, StoreError> {
    let params = params![after, IMPORTED_PASSWORDS];
    let rows = store.rows(MENTIONING, params).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// Returns the number of users by the counter, never below 0.
///
/// # Errors
/// [`StoreError`].
pub async fn user_count(store: &Store, pool_id: &str) -> Result<i64, StoreError> {
    let rows = store.rows(USER_COUNTS, params![pool_id]).await?;
    let shards = rows
        .iter()
        .map(|row| row.int(0))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(shards
        .iter()
        .fold(0_i64, |sum, n| sum.saturating_add(*n))
        .max(0))
}

/// The state of a deleted pool whose rows are gone.
pub const ROWS_GONE: i64 = 2;

/// 0 active, 1 deleting, 2 purged ([`ROWS_GONE`]); `None` when there never was such a pool.
///
/// # Errors
/// [`StoreError`].
pub async fn state(store: &Store, pool_id: &str) -> Result<Option<i64>, StoreError> {
    store
        .row(STATE, params![pool_id])
        .await?
        .map(|row| row.int(0))
        .transpose()
}

/// Marks a deleted pool whose rows are gone, and forgets its key and settings; [`POOL_GONE`] if it is not deleting.
pub fn purged(batch: Batch, pool_id: &str) -> Batch {
    batch.one(PURGED, params![pool_id, Vec::<u8>::new()], POOL_GONE)
}

/// The largest number of rows that a statement of [`PURGE`] deletes: other pools' writes wait for as long as that
/// takes.
pub const PURGE_ROWS: usize = 250;

/// Statements that delete the rows of a deleted pool, table by table in the order of the catalogue: each statement
/// deletes at most [`PURGE_ROWS`] rows of the pool and returns one row for each. The audit trail stays.
pub static PURGE: LazyLock<Vec<String>> =
    LazyLock::new(|| CATALOGUE.iter().filter_map(purge).collect());

/// Returns the statement of [`PURGE`] for a table; parameter: pool.
fn purge(table: &Table) -> Option<String> {
    let name = table.name;
    let key = table.key_in_pool();
    let (columns, tuple) = (listed(&key), compared(&key));
    let returned = key.last()?;
    Some(match table.purge {
        Purge::Never => return None,
        Purge::Whole => format!("DELETE FROM {name} WHERE pool_id = ?1 RETURNING {returned}"),
        Purge::Portions => format!(
            "DELETE FROM {name} WHERE pool_id = ?1 AND {tuple} IN \
             (SELECT {columns} FROM {name} WHERE pool_id = ?1 ORDER BY {columns} LIMIT {PURGE_ROWS}) RETURNING {returned}"
        ),
        Purge::With(owner) => format!(
            "DELETE FROM {name} WHERE {returned} IN \
             (SELECT o.{returned} FROM {owner} o JOIN {name} t ON t.{returned} = o.{returned} \
             WHERE o.pool_id = ?1 AND t.pool_id = ?1 ORDER BY o.{returned} LIMIT {PURGE_ROWS}) RETURNING {returned}"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the statement of a table, and its place.
    fn of(table: &str) -> (usize, &'static str) {
        let begin = format!("DELETE FROM {table} ");
        let mut found = PURGE
            .iter()
            .enumerate()
            .filter(|(_, sql)| sql.starts_with(&begin));
        let (place, sql) = found.next().unwrap();
        assert!(found.next().is_none());
        (place, sql)
    }

    #[test]
    fn portions_are_as_large_as_their_reader_believes() {
        let limit = format!("LIMIT {PURGE_ROWS})");
        let whole: Vec<_> = PURGE
            .iter()
            .filter(|statement| !statement.contains(&limit))
            .map(|statement| statement.split(' ').nth(2))
            .collect();
        // Of these a pool has a handful of rows at most.
        let few = ["domains", "resource_counts", "user_counts", "current_keys"];
        assert_eq!(whole, few.map(Some));
    }

    #[test]
    fn every_statement_returns_a_row_for_each_that_it_deletes() {
        for statement in PURGE.iter() {
            assert!(statement.starts_with("DELETE "), "{statement}");
            assert!(statement.contains(" RETURNING "), "{statement}");
            assert!(statement.contains("pool_id = ?1"), "{statement}");
        }
    }

    #[test]
    fn the_rows_of_a_pool_are_deleted_by_their_keys_in_order() {
        assert_eq!(
            of("clients").1,
            "DELETE FROM clients WHERE pool_id = ?1 AND client_id IN \
             (SELECT client_id FROM clients WHERE pool_id = ?1 ORDER BY client_id LIMIT 250) RETURNING client_id"
        );
        assert_eq!(
            of("user_attrs").1,
            "DELETE FROM user_attrs WHERE pool_id = ?1 AND (attr, value, user_id) IN \
             (SELECT attr, value, user_id FROM user_attrs WHERE pool_id = ?1 ORDER BY attr, value, user_id LIMIT 250) \
             RETURNING user_id"
        );
        assert_eq!(
            of("user_counts").1,
            "DELETE FROM user_counts WHERE pool_id = ?1 RETURNING shard"
        );
    }

    #[test]
    fn the_entry_of_a_client_goes_before_the_client_by_which_it_is_found() {
        let (place, entry) = of("client_pools");
        assert_eq!(
            entry,
            "DELETE FROM client_pools WHERE client_id IN \
             (SELECT o.client_id FROM clients o JOIN client_pools t ON t.client_id = o.client_id \
             WHERE o.pool_id = ?1 AND t.pool_id = ?1 ORDER BY o.client_id LIMIT 250) RETURNING client_id"
        );
        assert!(place < of("clients").0);
    }

    #[test]
    fn the_pool_itself_and_its_audit_trail_stay() {
        for table in ["pools", "audit"] {
            let begin = format!("DELETE FROM {table} ");
            assert!(PURGE.iter().all(|sql| !sql.starts_with(&begin)), "{table}");
        }
    }
}
