//! The delivery log: what became of the messages of a pool. It holds no message, no code and no whole address.

use cognate_store::Store;
use cognate_store::tables::messages::{
    self as table, DEAD, GIVEN_UP, IN_INBOX, LogRow, SENDING, SENT, WAITING,
};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::user::User;

/// What became of a message. Times are microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The message's id, which grows with time.
    pub id: String,
    /// The user's `sub`.
    pub user: String,
    /// `waiting`, `sending`, `sent`, `dead`, or `inbox` for the copy that `dev` keeps.
    pub state: String,
    /// Why it is sent.
    pub kind: String,
    /// `EMAIL` or `SMS`.
    pub medium: String,
    /// The address as answers show it.
    pub to: String,
    /// The tries.
    pub attempts: i64,
    /// The outcome of the last try; empty before its end.
    pub outcome: String,
    /// When it was accepted.
    pub accepted: i64,
    /// The beginning of the last try; None before the first.
    pub tried: Option<i64>,
    /// The next try; None if there is none.
    pub next: Option<i64>,
}

impl From<LogRow> for Line {
    fn from(row: LogRow) -> Self {
        let state = match row.state {
            WAITING => "waiting",
            SENDING => "sending",
            SENT => "sent",
            DEAD => "dead",
            IN_INBOX => "inbox",
            GIVEN_UP => "decoy",
            _ => "unknown",
        };
        Self {
            id: row.message_id,
            user: row.user_id,
            state: state.to_owned(),
            kind: row.kind,
            medium: row.medium,
            to: row.masked,
            attempts: row.attempts,
            outcome: row.outcome,
            accepted: row.created,
            tried: (row.tried > 0).then_some(row.tried),
            next: (row.state == WAITING).then_some(row.due),
        }
    }
}

/// Returns up to `limit` lines about messages before the id `before`, the newest first. `user`: a `sub`, or a name to
/// sign in with.
///
/// # Errors
/// The store's.
pub async fn list(
    store: &Store,
    pool: &Pool,
    user: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Line>> {
    let user = match user {
        Some(name) => Some(match User::find(store, pool, name).await? {
            Some(user) => user.id,
            None => name.to_owned(),
        }),
        None => None,
    };
    let rows = table::log(store, &pool.id, user.as_deref(), before, limit).await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// Returns the line about one message; None if there is none.
///
/// # Errors
/// The store's.
pub async fn of(store: &Store, pool: &Pool, id: &str) -> Result<Option<Line>> {
    // At and before the id; the copy in the inbox of `dev` and what is sent have ids of which one begins with the other.
    let before = format!("{id}~");
    let rows = table::log(store, &pool.id, None, Some(&before), 2).await?;
    let mut lines = rows.into_iter().map(Line::from);
    Ok(lines.find(|line| line.id == id))
}
