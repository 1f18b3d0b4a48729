//! `auth_events`: one row for every sign-in attempt that came to an end.

use crate::{Batch, params};

const INSERT: &str =
    "INSERT INTO auth_events (pool_id, user_id, at, event_id, doc) VALUES (?1, ?2, ?3, ?4, ?5)";
const NOTHING: &str =
    "DELETE FROM auth_events WHERE pool_id = ?1 AND user_id = ?2 AND at = ?3 AND event_id = ?4";

/// Appends an event; `at` in microseconds, `doc` a JSON object.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    at: i64,
    event_id: &str,
    doc: &str,
) -> Batch {
    batch.run(INSERT, params![pool_id, user_id, at, event_id, doc])
}

/// Costs what [`insert`] costs and leaves nothing: for names that nobody has, whose attempts must not be told apart by
/// time and must not fill the table.
pub fn insert_for_nobody(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    at: i64,
    event_id: &str,
) -> Batch {
    batch.run(NOTHING, params![pool_id, subject, at, event_id])
}
