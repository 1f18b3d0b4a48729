//! `pool_changes` and `pool_change_users`: changes of what Cognito calls immutable in a pool, and the users as they were
//! before. Times are microseconds.

use std::sync::LazyLock;

use super::catalogue::CATALOGUE;
use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

/// Another work on the users of the pool is under way.
pub const OTHER_WORK: Label = Label("pool_change_other_work");

/// Works on the users of a pool during which no change begins: the table that says so, the condition of its rows while one is
/// under way, and what it is called.
const OTHER_WORKS: [(&str, &str, &str); 2] = [
    ("user_import_jobs", "status > 0 AND status < 4", "an import"),
    (
        "recoveries",
        "status IN ('PREVIEW_GENERATING', 'PREVIEW_GENERATED', 'RESTORING')",
        "a recovery",
    ),
];

/// The statements that find such rows, with the names of the works. A table that the catalogue does not have is not asked.
static FIND_OTHER_WORK: LazyLock<Vec<(String, &str)>> = LazyLock::new(|| {
    let there = |name: &str| CATALOGUE.iter().any(|table| table.name == name);
    let works = OTHER_WORKS.iter().filter(|(table, _, _)| there(table));
    let statement = |table, condition| {
        format!("SELECT 1 FROM {table} WHERE pool_id = ?1 AND {condition} LIMIT 1")
    };
    works
        .map(|(table, condition, name)| (statement(table, condition), *name))
        .collect()
});

/// Returns what the other work on the users of a pool is called, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn other_work(store: &Store, pool_id: &str) -> Result<Option<&'static str>, StoreError> {
    for (sql, name) in FIND_OTHER_WORK.iter() {
        if store.row(sql, params![pool_id]).await?.is_some() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Requires that no other work on the users of a pool is under way; [`OTHER_WORK`].
pub fn require_no_other_work(batch: Batch, pool_id: &str) -> Batch {
    FIND_OTHER_WORK.iter().fold(batch, |batch, (sql, _)| {
        batch.none(sql, params![pool_id], OTHER_WORK)
    })
}

/// Somebody else has taken the change further since it was read.
pub const MOVED: Label = Label("pool_change_moved");

const COLUMNS_OF: &str = "SELECT plan_id, state, doc, progress, created, modified, ver, mac FROM pool_changes \
     WHERE pool_id = ?1 AND plan_id = ?2";
const LATEST: &str = "SELECT plan_id, state, doc, progress, created, modified, ver, mac FROM pool_changes \
     WHERE pool_id = ?1 ORDER BY \
     CASE WHEN state IN ('checking', 'applying', 'blocked', 'applied', 'undoing', 'finishing') THEN 0 ELSE 1 END, \
     created DESC, plan_id LIMIT 1";
const INSERT: &str = "INSERT INTO pool_changes (pool_id, plan_id, state, doc, progress, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, ?7) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE pool_changes SET state = ?4, doc = ?5, progress = ?6, modified = ?7, mac = ?8, ver = ver + 1 \
     WHERE pool_id = ?1 AND plan_id = ?2 AND ver = ?3";
const ADVANCE: &str = "UPDATE pool_changes SET state = ?4, progress = ?5, modified = ?6, mac = ?7, ver = ver + 1 \
     WHERE pool_id = ?1 AND plan_id = ?2 AND ver = ?3";
const FORGET_PLANS: &str = "DELETE FROM pool_changes WHERE pool_id = ?1 AND state = ?2";
const KEEP: &str = "INSERT INTO pool_change_users (pool_id, user_id, sealed) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const KEPT: &str = "SELECT user_id, sealed FROM pool_change_users WHERE pool_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3";
const KEPT_ONE: &str =
    "SELECT user_id, sealed FROM pool_change_users WHERE pool_id = ?1 AND user_id = ?2";
const AT_WORK: &str = "SELECT DISTINCT pool_id FROM pool_changes \
     WHERE state IN ('planning', 'checking', 'applying', 'undoing', 'finishing') ORDER BY pool_id LIMIT 100";
const FORGET: &str = "DELETE FROM pool_change_users WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A change.
    #[derive(Clone, Debug)]
    pub struct ChangeRow {
        /// The plan.
        pub plan_id: String,
        /// The domain's name of how far it is.
        pub state: String,
        /// JSON, the domain's.
        pub doc: String,
        /// JSON, the domain's: what each portion changes.
        pub progress: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`ChangeRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl ChangeRow {
    /// Returns what is signed of a change.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("pool_changes": &self.plan_id, &self.state, &self.doc, &self.progress)
    }
}

rows! {
    /// A user as it was.
    #[derive(Clone, Debug)]
    pub struct KeptRow {
        /// The immutable id.
        pub user_id: String,
        /// The user, sealed.
        pub sealed: Vec<u8>,
    }
}

/// Returns a change of a pool.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    plan_id: &str,
) -> Result<Option<ChangeRow>, StoreError> {
    rows::one(store.first((COLUMNS_OF, params![pool_id, plan_id])).await?)
}

/// Returns the change of a pool that is under way, or else the latest.
///
/// # Errors
/// [`StoreError`].
pub async fn latest(store: &Store, pool_id: &str) -> Result<Option<ChangeRow>, StoreError> {
    rows::one(store.first((LATEST, params![pool_id])).await?)
}

/// Adds a change; [`MOVED`] if there is one of its id.
pub fn insert(batch: Batch, pool_id: &str, row: &ChangeRow) -> Batch {
    let (plan, state, doc, mac) = (&row.plan_id, &row.state, &row.doc, row.mac.as_ref());
    let params = params![pool_id, plan, state, doc, &row.progress, row.created, mac];
    batch.one(INSERT, params, MOVED)
}

/// Replaces a change that was read at `row.ver`; [`MOVED`].
pub fn update(batch: Batch, pool_id: &str, row: &ChangeRow) -> Batch {
    let (plan, state, doc, mac) = (&row.plan_id, &row.state, &row.doc, row.mac.as_ref());
    let params = params![
        pool_id,
        plan,
        row.ver,
        state,
        doc,
        &row.progress,
        row.modified,
        mac
    ];
    batch.one(UPDATE, params, MOVED)
}

/// As [`update`], where the document stays.
pub fn advance(batch: Batch, pool_id: &str, row: &ChangeRow) -> Batch {
    let (plan, state, mac) = (&row.plan_id, &row.state, row.mac.as_ref());
    let params = params![
        pool_id,
        plan,
        row.ver,
        state,
        &row.progress,
        row.modified,
        mac
    ];
    batch.one(ADVANCE, params, MOVED)
}

/// Deletes the changes of a pool in a state.
pub fn forget_in(batch: Batch, pool_id: &str, state: &str) -> Batch {
    batch.run(FORGET_PLANS, params![pool_id, state])
}

/// Keeps a user as it was before the change; the first that is kept counts.
pub fn keep(batch: Batch, pool_id: &str, user_id: &str, sealed: Vec<u8>) -> Batch {
    batch.run(KEEP, params![pool_id, user_id, sealed])
}

/// Returns a kept user.
///
/// # Errors
/// [`StoreError`].
pub async fn kept_one(
    store: &Store,
    pool_id: &str,
    user_id: &str,
) -> Result<Option<KeptRow>, StoreError> {
    rows::one(store.first((KEPT_ONE, params![pool_id, user_id])).await?)
}

/// Returns the ids of up to a hundred pools with a change that goes on by itself.
///
/// # Errors
/// [`StoreError`].
pub async fn pools_at_work(store: &Store) -> Result<Vec<String>, StoreError> {
    let rows = store.rows(AT_WORK, params![]).await?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Returns up to `limit` kept users after an id, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn kept(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<KeptRow>, StoreError> {
    rows::all(store.all((KEPT, params![pool_id, after, limit])).await?)
}

/// Forgets a kept user.
pub fn forget(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET, params![pool_id, user_id])
}
