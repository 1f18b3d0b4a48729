//! `messages`: the outbox, and the inbox of `dev`. Ids grow with time.
//!
//! A node takes messages that are due under a lease, one for each destination, and closes or postpones them. `ver`
//! numbers the leases, so that a node that was too slow changes nothing. Times are microseconds by the service's clock.

use super::rows::{self, rows};
use crate::{Batch, Query, Row, Store, StoreError, params};

/// Waits to be sent.
pub const WAITING: i64 = 0;
/// A node sends it, whose lease ends at `due`.
pub const SENDING: i64 = 1;
/// Given up: it is not sent. The state of decoys.
pub const GIVEN_UP: i64 = 2;
/// Kept in the inbox of `dev`.
pub const IN_INBOX: i64 = 3;
/// A sender has taken it; the body is wiped.
pub const SENT: i64 = 4;
/// Given up after its last try; the body is wiped.
pub const DEAD: i64 = 5;

/// The states of messages that are not on their way: they are swept when they are due.
pub(super) const ENDED: [i64; 4] = [GIVEN_UP, IN_INBOX, SENT, DEAD];

const INSERT: &str = "INSERT INTO messages (pool_id, message_id, user_id, state, due, sealed, created, ver, bucket, \
     destination, ends, kind, medium, masked) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?10, ?11, ?12, ?13)";
// The `+` keeps SQLite from reading all of a state and sorting.
const NEWEST: &str = "SELECT pool_id, message_id, user_id, sealed, created FROM messages \
     WHERE message_id > ?1 AND message_id < ?2 AND +state = ?3 ORDER BY message_id DESC LIMIT ?4";
const NEWEST_OF_POOL: &str = "SELECT pool_id, message_id, user_id, sealed, created FROM messages \
     WHERE pool_id = ?1 AND message_id > ?2 AND message_id < ?3 AND state = ?4 ORDER BY message_id DESC LIMIT ?5";

// `state < 2` stands in each of these as in the indexes of messages on their way. The oldest of a destination is read as a
// value, which neither engine turns into a join over all of them. Tries that have ended are `attempts` without the one that
// `state` 1 counts; the 3 is `IN_THE_WAY`.
const DUE: &str = "SELECT m.pool_id, m.message_id FROM messages AS m WHERE m.state < 2 AND m.due <= ?1 \
     AND m.pool_id <> ?3 AND (m.attempts - m.state >= 3 OR m.message_id = (SELECT MIN(o.message_id) FROM messages AS o \
     WHERE o.pool_id = m.pool_id AND o.destination = m.destination AND o.state < 2 AND o.attempts - o.state < 3)) \
     ORDER BY m.due LIMIT ?2";
const TAKE: &str = "UPDATE messages SET state = 1, owner = ?3, due = ?4, tried = ?5, attempts = attempts + 1, ver = ver + 1 \
     WHERE pool_id = ?1 AND message_id = ?2 AND state < 2 AND due <= ?5 \
     RETURNING pool_id, message_id, user_id, destination, owner, ver, sealed, created, ends, attempts, kind, medium, masked";
const EXTEND: &str = "UPDATE messages SET due = ?5 \
     WHERE pool_id = ?1 AND message_id = ?2 AND owner = ?3 AND ver = ?4 AND state = 1";
const CLOSE: &str = "UPDATE messages SET state = ?5, due = ?6, outcome = ?7, sealed = ?8, owner = '' \
     WHERE pool_id = ?1 AND message_id = ?2 AND owner = ?3 AND ver = ?4 AND state = 1";
const POSTPONE: &str = "UPDATE messages SET state = 0, due = ?5, outcome = ?6, owner = '' \
     WHERE pool_id = ?1 AND message_id = ?2 AND owner = ?3 AND ver = ?4 AND state = 1";
const DROP: &str = "DELETE FROM messages WHERE pool_id = ?1 AND message_id = ?2 AND owner = ?3 AND ver = ?4 AND state = 1";
const HOLD: &str = "UPDATE messages SET due = ?3 \
     WHERE pool_id = ?1 AND destination = ?2 AND state < 2 AND state = 0 AND due < ?3";
const RELEASE: &str = "UPDATE messages SET due = ?3 \
     WHERE pool_id = ?1 AND destination = ?2 AND state < 2 AND state = 0 AND due > ?3";
const FORGET_USER: &str = "DELETE FROM messages WHERE pool_id = ?1 AND user_id = ?2 AND state <> 3";
const LOG_OF_POOL: &str = "SELECT message_id, user_id, state, kind, medium, masked, attempts, outcome, created, tried, due \
     FROM messages WHERE pool_id = ?1 AND message_id < ?2 AND state <> 2 ORDER BY message_id DESC LIMIT ?3";
const LOG_OF_USER: &str = "SELECT message_id, user_id, state, kind, medium, masked, attempts, outcome, created, tried, due \
     FROM messages WHERE pool_id = ?1 AND user_id = ?2 AND message_id < ?3 AND state <> 2 ORDER BY message_id DESC LIMIT ?4";

/// The failed tries of a message for which later ones to the same destination wait: one that a sender never takes must not keep
/// its recipient from codes for a day.
const IN_THE_WAY: i64 = 3;

/// The time for which a message stays in the inbox, and one that was sent in the delivery log, in microseconds: seven
/// days, longer than any code is valid.
pub const KEPT: i64 = 7 * 86_400 * 1_000_000;
/// The time for which a dead message stays in the delivery log, in microseconds.
pub const DEAD_KEPT: i64 = 30 * 86_400 * 1_000_000;

rows! {
    /// A message in the inbox.
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

/// A message to append.
#[derive(Clone)]
pub struct NewMessage {
    /// The pool.
    pub pool_id: String,
    /// Grows with time.
    pub message_id: String,
    /// The user it is about, or the pseudonym of an unknown one.
    pub user_id: String,
    /// [`WAITING`], [`GIVEN_UP`] or [`IN_INBOX`].
    pub state: i64,
    /// When it is tried, or swept.
    pub due: i64,
    /// The message itself.
    pub sealed: Vec<u8>,
    /// Microseconds.
    pub created: i64,
    /// A pseudonym of medium and address.
    pub destination: String,
    /// When the secret in it ends.
    pub ends: i64,
    /// Why it is sent.
    pub kind: &'static str,
    /// `EMAIL` or `SMS`.
    pub medium: &'static str,
    /// The address as answers show it.
    pub masked: String,
}

rows! {
    /// A message that this node sends.
    #[derive(Clone)]
    pub struct Leased {
        /// The pool.
        pub pool_id: String,
        /// Grows with time.
        pub message_id: String,
        /// The user it is about.
        pub user_id: String,
        /// A pseudonym of medium and address.
        pub destination: String,
        /// This node.
        pub owner: String,
        /// The number of the lease.
        pub ver: i64,
        /// The message itself.
        pub sealed: Vec<u8>,
        /// When it was appended.
        pub created: i64,
        /// When the secret in it ends.
        pub ends: i64,
        /// The tries, this one included.
        pub attempts: i64,
        /// Why it is sent.
        pub kind: String,
        /// `EMAIL` or `SMS`.
        pub medium: String,
        /// The address as answers show it.
        pub masked: String,
    }
}

rows! {
    /// A line of the delivery log.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct LogRow {
        /// Grows with time.
        pub message_id: String,
        /// The user it is about.
        pub user_id: String,
        /// The state.
        pub state: i64,
        /// Why it is sent.
        pub kind: String,
        /// `EMAIL` or `SMS`.
        pub medium: String,
        /// The address as answers show it.
        pub masked: String,
        /// The tries.
        pub attempts: i64,
        /// The outcome of the last try.
        pub outcome: String,
        /// When it was appended.
        pub created: i64,
        /// The beginning of the last try; 0 before the first.
        pub tried: i64,
        /// When a waiting message is tried next.
        pub due: i64,
    }
}

/// Appends a message.
pub fn insert(batch: Batch, row: NewMessage) -> Batch {
    let bucket = super::sessions::bucket(&row.message_id);
    batch.run(
        INSERT,
        params![
            row.pool_id,
            row.message_id,
            row.user_id,
            row.state,
            row.due,
            row.sealed,
            row.created,
            bucket,
            row.destination,
            row.ends,
            row.kind,
            row.medium,
            row.masked
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
    let before = before.unwrap_or(LAST);
    match pool_id {
        Some(pool) => (
            NEWEST_OF_POOL,
            params![pool, after, before, IN_INBOX, limit],
        ),
        None => (NEWEST, params![after, before, IN_INBOX, limit]),
    }
}

/// Ids are hexadecimal digits: nothing comes after this.
const LAST: &str = "~";

/// Returns the query of up to `limit` messages that are to be sent at `now`, pool and id of each: those that wait, and
/// those whose lease has ended, if no older message to the same destination is on its way that was tried fewer than
/// three times. `but`: a pool whose messages are passed over; none if it is empty.
#[must_use]
pub fn due(now: i64, limit: i64, but: &str) -> Query {
    (DUE, params![now, limit, but])
}

/// Takes a message until `until`, unless another node has it; returns it as the next row of the outcome
/// ([`Leased::read`]).
pub fn take(
    batch: Batch,
    (pool_id, message_id): &(String, String),
    owner: &str,
    now: i64,
    until: i64,
) -> Batch {
    batch.returning(TAKE, params![pool_id, message_id, owner, until, now])
}

impl Leased {
    /// Holds the message until `until`. The batch touches no row if the lease is another node's by now.
    pub fn extend(&self, batch: Batch, until: i64) -> Batch {
        batch.run(
            EXTEND,
            params![
                &self.pool_id,
                &self.message_id,
                &self.owner,
                self.ver,
                until
            ],
        )
    }

    /// Ends the message: [`SENT`] or [`DEAD`]. Its body is wiped, and the next one to the same destination is due. A
    /// lease that is another node's by now changes nothing of the message.
    pub fn close(&self, batch: Batch, state: i64, outcome: &str, now: i64, swept: i64) -> Batch {
        let batch = batch.run(
            CLOSE,
            params![
                &self.pool_id,
                &self.message_id,
                &self.owner,
                self.ver,
                state,
                swept,
                outcome,
                Vec::new()
            ],
        );
        self.release(batch, now)
    }

    /// Lets the message wait until `due`, and the others to the same destination with it, unless they waited for three
    /// tries of it.
    pub fn postpone(&self, batch: Batch, outcome: &str, due: i64) -> Batch {
        let batch = batch.run(
            POSTPONE,
            params![
                &self.pool_id,
                &self.message_id,
                &self.owner,
                self.ver,
                due,
                outcome
            ],
        );
        if self.attempts >= IN_THE_WAY {
            return batch;
        }
        batch.run(HOLD, params![&self.pool_id, &self.destination, due])
    }

    /// Deletes the message, whose pool or user is gone.
    pub fn drop_row(&self, batch: Batch, now: i64) -> Batch {
        let batch = batch.run(
            DROP,
            params![&self.pool_id, &self.message_id, &self.owner, self.ver],
        );
        self.release(batch, now)
    }

    fn release(&self, batch: Batch, now: i64) -> Batch {
        batch.run(RELEASE, params![&self.pool_id, &self.destination, now])
    }
}

/// Deletes the messages of a user, but those in the inbox of `dev`: what is still on its way is not sent.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET_USER, params![pool_id, user_id])
}

/// Returns up to `limit` lines of the delivery log before an id, the newest first, of one user or of all; None begins
/// with the newest. Decoys are not in it.
///
/// # Errors
/// [`StoreError`].
pub async fn log(
    store: &Store,
    pool_id: &str,
    user_id: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<LogRow>, StoreError> {
    let before = before.unwrap_or(LAST);
    let query: Query = match user_id {
        Some(user) => (LOG_OF_USER, params![pool_id, user, before, limit]),
        None => (LOG_OF_POOL, params![pool_id, before, limit]),
    };
    rows::all::<LogRow>(store.all(query).await?)
}

/// Reads a row of [`due`]: pool and id.
///
/// # Errors
/// [`StoreError::Column`] on a row of another shape.
pub fn key_of(row: &mut Row) -> Result<(String, String), StoreError> {
    Ok((row.take_text(0)?, row.take_text(1)?))
}
