//! `auth_events`: one row for every sign-in attempt that came to an end.

use crate::{Batch, params};

const INSERT: &str = "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// An event.
pub struct Event<'a> {
    /// The user's id, or the pseudonym of a name that nobody has.
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
    let bucket = super::sessions::bucket(event.event_id);
    batch.run(
        INSERT,
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
