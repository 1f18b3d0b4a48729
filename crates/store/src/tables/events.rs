//! `auth_events`: one row for every attempt of a user that came to an end. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

const INSERT: &str = "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const INSERT_ONCE: &str = "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (pool_id, user_id, at, event_id) DO NOTHING";

const PAGE: &str = "SELECT event_id, at, doc, mac FROM auth_events WHERE pool_id = ?1 AND user_id = ?2 \
     AND at <= ?3 AND (at < ?3 OR event_id < ?4) ORDER BY at DESC, event_id DESC LIMIT ?5";

const AT: &str = "SELECT event_id, at, doc, mac FROM auth_events WHERE pool_id = ?1 AND user_id = ?2 \
     AND at = ?3 AND event_id = ?4";

const AMONG_NEWEST: &str = "SELECT event_id, at, doc, mac FROM (SELECT event_id, at, doc, mac FROM auth_events \
     WHERE pool_id = ?1 AND user_id = ?2 ORDER BY at DESC, event_id DESC LIMIT ?4) AS newest WHERE event_id = ?3";

const REPLACE: &str = "UPDATE auth_events SET doc = ?6, mac = ?7 WHERE pool_id = ?1 AND user_id = ?2 \
     AND at = ?3 AND event_id = ?4 AND doc = ?5";

/// The event was changed or forgotten since it was read.
pub const EVENT_STALE: Label = Label("event_stale");

/// How many of a user's newest events are looked through for one whose id does not say when it was made.
const LOOKED_THROUGH: i64 = 1_000;

/// A new event.
pub struct Event<'a> {
    /// The user's id, or the pseudonym of an unknown name.
    pub subject: &'a str,
    /// Its id.
    pub event_id: &'a str,
    /// A JSON object.
    pub doc: &'a str,
    /// When it happened.
    pub at: i64,
    /// When it may be forgotten.
    pub expires: i64,
    /// Over [`signed_row`].
    pub mac: Vec<u8>,
}

rows! {
    /// An event as it is stored.
    #[derive(Clone, Debug)]
    pub struct EventRow {
        /// Its id.
        pub event_id: String,
        /// When it happened.
        pub at: i64,
        /// A JSON object.
        pub doc: String,
        /// Over [`signed_row`]; None in rows of programs that did not sign events.
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns what is signed of an event.
#[must_use]
pub fn signed_row<'a>(subject: &'a str, at: i64, event_id: &'a str, doc: &'a str) -> Signed<'a> {
    signed!("auth_events": subject, at, event_id, doc)
}

/// Appends an event.
pub fn insert(batch: Batch, pool_id: &str, event: Event<'_>) -> Batch {
    append(batch, INSERT, pool_id, event)
}

/// Appends an event unless the same instant has one of that id.
pub fn insert_once(batch: Batch, pool_id: &str, event: Event<'_>) -> Batch {
    append(batch, INSERT_ONCE, pool_id, event)
}

fn append(batch: Batch, sql: &'static str, pool_id: &str, event: Event<'_>) -> Batch {
    let bucket = super::sessions::bucket(event.event_id);
    batch.run(
        sql,
        params![
            pool_id,
            event.subject,
            event.at,
            event.event_id,
            event.doc,
            event.expires,
            bucket,
            event.mac
        ],
    )
}

/// Returns at most `limit` events of a user, newest first, that come before (are older than) the one at `before`: its time
/// and its id. None: from the newest.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<EventRow>, StoreError> {
    let (at, event_id) = before.unwrap_or((i64::MAX, ""));
    let query = (PAGE, params![pool_id, user_id, at, event_id, limit]);
    rows::all(store.all(query).await?)
}

/// Returns the event of a user with this id. `at`: when it was made, if the id says so; otherwise only the newest
/// thousand are looked through.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    event_id: &str,
    at: Option<i64>,
) -> Result<Option<EventRow>, StoreError> {
    let query = match at {
        Some(at) => (AT, params![pool_id, user_id, at, event_id]),
        None => (
            AMONG_NEWEST,
            params![pool_id, user_id, event_id, LOOKED_THROUGH],
        ),
    };
    rows::one(store.first(query).await?)
}

/// Replaces the document of an event as it was read; [`EVENT_STALE`].
pub fn replace(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    before: &EventRow,
    doc: &str,
    mac: Option<Vec<u8>>,
) -> Batch {
    let EventRow { at, event_id, .. } = before;
    batch.one(
        REPLACE,
        params![pool_id, user_id, *at, event_id, &before.doc, doc, mac],
        EVENT_STALE,
    )
}
