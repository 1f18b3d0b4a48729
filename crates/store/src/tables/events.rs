//! `auth_events`: one row for every sign-in attempt that came to an end.

use crate::{Batch, params};

const INSERT: &str = "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const INSERT_ONCE: &str = "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (pool_id, user_id, at, event_id) DO NOTHING";

/// An event.
pub struct Event<'a> {
    /// The user's id, or the pseudonym of an unknown name.
    pub subject: &'a str,
    /// Its id.
    pub event_id: &'a str,
    /// A JSON object.
    pub doc: &'a str,
    /// When it happened, in microseconds.
    pub at: i64,
    /// When it may be forgotten, in microseconds.
    pub expires: i64,
}

/// Appends an event.
pub fn insert(batch: Batch, pool_id: &str, event: &Event<'_>) -> Batch {
    append(batch, INSERT, pool_id, event)
}

/// Appends an event unless the same instant has one of that id.
pub fn insert_once(batch: Batch, pool_id: &str, event: &Event<'_>) -> Batch {
    append(batch, INSERT_ONCE, pool_id, event)
}

fn append(batch: Batch, sql: &'static str, pool_id: &str, event: &Event<'_>) -> Batch {
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
            bucket
        ],
    )
}
