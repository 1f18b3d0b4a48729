//! `audit`: who changed what, appended in the batch of the change; and what refused callers tried.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Store, StoreError, Value, params};

/// The MAC is made when the batch is committed.
pub(crate) const INSERT: &str =
    "INSERT INTO audit (pool_id, at, audit_id, doc, row_mac) VALUES (?1, ?2, ?3, ?4, ?5)";
/// A row that comes back with its pool.
pub(crate) const RESTORE: &str = "INSERT INTO audit (pool_id, at, audit_id, doc, row_mac) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (pool_id, at, audit_id) DO NOTHING";
const NEWEST: &str = "SELECT pool_id, at, audit_id, doc, row_mac FROM audit \
    WHERE at >= ?1 AND (at, pool_id, audit_id) < (?2, ?3, ?4) ORDER BY at DESC, pool_id DESC, audit_id DESC LIMIT ?5";
const NEWEST_OF_POOL: &str = "SELECT pool_id, at, audit_id, doc, row_mac FROM audit \
    WHERE pool_id = ?1 AND at >= ?2 AND (at, audit_id) < (?3, ?4) ORDER BY at DESC, audit_id DESC LIMIT ?5";

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
        /// Over the columns before; None in a row that no program of ours wrote.
        pub row_mac: Option<Vec<u8>>,
    }
}

impl AuditRow {
    /// Returns what the MAC is over. `restored`: the row came back with its pool.
    #[must_use]
    pub fn signed(&self, restored: bool) -> Signed<'_> {
        what_is_signed(self.at, &self.audit_id, &self.doc, restored)
    }
}

fn what_is_signed<'a>(at: i64, audit_id: &'a str, doc: &'a str, restored: bool) -> Signed<'a> {
    let mut signed = signed!["audit": at, audit_id, doc];
    if restored {
        signed.table = RESTORED;
    }
    signed
}

/// Stands for the table in the MAC of a row that came back with its pool.
const RESTORED: &str = "audit, restored";

/// Signs rows of the trail.
pub trait TrailKey: Send + Sync {
    /// Returns the MAC of a row of a pool; the pool is empty for a row that is about none.
    fn sign(&self, pool_id: &str, row: &Signed<'_>) -> Vec<u8>;
}

/// What a store knows of the trail: the key, once it is known, and that rows were appended.
#[derive(Default)]
pub(crate) struct Trail {
    pub(crate) key: std::sync::OnceLock<Box<dyn TrailKey>>,
    pub(crate) appended: tokio::sync::Notify,
}

impl Trail {
    /// Signs the rows of the trail that a batch appends. True if there are any.
    pub(crate) fn sign(&self, batch: &mut Batch) -> Result<bool, StoreError> {
        let mut any = false;
        for statement in &mut batch.statements {
            let restored = statement.sql == RESTORE;
            if !restored && statement.sql != INSERT {
                continue;
            }
            any = true;
            let [
                Value::Text(pool),
                Value::Int(at),
                Value::Text(id),
                Value::Text(doc),
                mac,
            ] = statement.params.as_mut_slice()
            else {
                return Err(StoreError::Refused(
                    "a row of the trail of another shape".to_owned(),
                ));
            };
            let Some(key) = self.key.get() else {
                return Err(StoreError::Refused(
                    "the key of the audit trail is not known".to_owned(),
                ));
            };
            *mac = key
                .sign(pool, &what_is_signed(*at, id, doc, restored))
                .into();
        }
        Ok(any)
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
    batch.run(INSERT, params![pool_id, at, audit_id, doc, Value::Null])
}

/// Appends a row that comes back with its pool, unless it is there.
pub fn restore(batch: Batch, pool_id: &str, at: i64, audit_id: &str, doc: &str) -> Batch {
    batch.run(RESTORE, params![pool_id, at, audit_id, doc, Value::Null])
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
