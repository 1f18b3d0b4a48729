//! `messages`: the messages to send, and the inbox of `dev`. Ids grow with time.

use super::rows::rows;
use crate::{Batch, Query, params};

/// Given up: it is not sent.
pub const GIVEN_UP: i64 = 2;
/// Kept in the inbox of `dev`.
pub const IN_INBOX: i64 = 3;

const INSERT: &str = "INSERT INTO messages (pool_id, message_id, user_id, state, due, sealed, created, ver, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)";
// The `+` keeps SQLite from reading all of a state and sorting.
const NEWEST: &str = "SELECT pool_id, message_id, user_id, sealed, created FROM messages \
     WHERE message_id > ?1 AND message_id < ?2 AND +state = ?3 ORDER BY message_id DESC LIMIT ?4";
const NEWEST_OF_POOL: &str = "SELECT pool_id, message_id, user_id, sealed, created FROM messages \
     WHERE pool_id = ?1 AND message_id > ?2 AND message_id < ?3 AND state = ?4 ORDER BY message_id DESC LIMIT ?5";

/// The time for which a message stays in the inbox, in microseconds: seven days, longer than any code is valid.
pub const KEPT: i64 = 7 * 86_400 * 1_000_000;

rows! {
    /// A message.
    pub struct MessageRow {
        /// The pool.
        pub pool_id: String,
        /// Grows with time.
        pub message_id: String,
        /// The user it is about.
        pub user_id: String,
        /// The message itself.
        pub sealed: Vec<u8>,
        /// Microseconds.
        pub created: i64,
    }
}

/// State and end of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// [`GIVEN_UP`] or [`IN_INBOX`].
    pub state: i64,
    /// When it is swept, in microseconds.
    pub due: i64,
}

/// Appends a message.
pub fn insert(batch: Batch, row: MessageRow, fate: Fate) -> Batch {
    let bucket = super::sessions::bucket(&row.message_id);
    let MessageRow {
        pool_id,
        message_id,
        user_id,
        sealed,
        created,
    } = row;
    batch.run(
        INSERT,
        params![
            pool_id, message_id, user_id, fate.state, fate.due, sealed, created, bucket
        ],
    )
}

/// True if a batch appends a message.
#[must_use]
pub fn is_in(batch: &Batch) -> bool {
    batch.statements.iter().any(|each| each.sql == INSERT)
}

/// Returns the query of a page of the inbox, the newest first: up to `limit` messages of a pool, or of all, between two
/// ids, both exclusive. `before` None begins with the newest.
#[must_use]
pub fn newest(pool_id: Option<&str>, after: &str, before: Option<&str>, limit: i64) -> Query {
    // Ids are hexadecimal digits: nothing comes after `~`.
    let before = before.unwrap_or("~");
    match pool_id {
        Some(pool) => (
            NEWEST_OF_POOL,
            params![pool, after, before, IN_INBOX, limit],
        ),
        None => (NEWEST, params![after, before, IN_INBOX, limit]),
    }
}
