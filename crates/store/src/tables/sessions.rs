//! `sessions`, `session_turns` and `spent`: who is signed in, and the challenges that were answered with success.
//!
//! A row is found by pool, user and session id (the tokens' `origin_jti`, else their `event_id`). Every access and
//! refresh token is good only while its row is there.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// A challenge was answered twice; the other answer won.
pub const SPENT: Label = Label("challenge_spent");
/// The session was changed or ended since it was read.
pub const STALE: Label = Label("session_stale");

const LIVE: &str = "SELECT client_id, doc, created, expires, ver, mac FROM sessions \
     WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND expires > ?4";
const SPENT_NONCE: &str = "SELECT 1 FROM spent WHERE pool_id = ?1 AND nonce = ?2";

const INSERT: &str = "INSERT INTO sessions (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket, \
     active, activity, mac, origin) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?10, ?11, ?12)";
const UPDATE: &str = "UPDATE sessions SET doc = ?4, mac = ?6, ver = ver + 1 \
     WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND ver = ?5";
const DELETE: &str = "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3";
const DELETE_OF_USER: &str = "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2";
const DELETE_OF_ORIGIN: &str =
    "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND origin = ?3";
const DELETE_OF_CLIENT: &str =
    "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND client_id = ?3";
// The document names the URL of a client's document as a member of its own.
const DELETE_OF_URL: &str =
    "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND doc LIKE ?3 ESCAPE '!'";
const DELETE_ONE: &str =
    "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND expires > ?4";
const TOUCH: &str = "UPDATE sessions SET active = ?4, activity = ?5 \
     WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND active <= ?4";
const LIST: &str = "SELECT session_id, client_id, created, active, activity, origin FROM sessions \
     WHERE pool_id = ?1 AND user_id = ?2 AND expires > ?3 AND session_id > ?4 ORDER BY session_id LIMIT ?5";
const TURN: &str = "INSERT INTO session_turns (pool_id, user_id, n) VALUES (?1, ?2, 1) \
     ON CONFLICT (pool_id, user_id) DO UPDATE SET n = session_turns.n + 1";
const FORGET_TURN: &str = "DELETE FROM session_turns WHERE pool_id = ?1 AND user_id = ?2";
// Sessions that were opened while they were not tracked count from their beginning.
const EVICT: &str = "DELETE FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND session_id IN \
     (SELECT session_id FROM sessions WHERE pool_id = ?1 AND user_id = ?2 AND expires > ?3 \
     ORDER BY CASE WHEN active > created THEN active ELSE created END DESC, session_id LIMIT 1000000 OFFSET ?4)";
const SPENT_UNTIL: &str = "SELECT expires FROM spent WHERE pool_id = ?1 AND nonce = ?2";
const REMEMBER: &str = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (pool_id, nonce) DO UPDATE SET expires = excluded.expires";
const SPEND: &str = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES (?1, ?2, ?3, ?4)";

rows! {
    /// A session's columns besides its key.
    #[derive(Clone, Debug)]
    pub struct SessionRow {
        /// The client that the user signed in to.
        pub client_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// When the row may be swept; later than every token of the session.
        pub expires: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`SessionRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl SessionRow {
    /// Returns what is signed of a session.
    #[must_use]
    pub fn signed<'a>(&'a self, user_id: &'a str, session_id: &'a str) -> Signed<'a> {
        signed!(
            "sessions": user_id,
            session_id,
            &self.client_id,
            &self.doc,
            self.created,
            self.expires,
        )
    }
}

/// Returns the bucket 0..63 of a row in an index by expiry: the sweep of one node takes one bucket at a time (design,
/// jobs).
#[must_use]
pub fn bucket(key: &str) -> i64 {
    // FNV-1a; only the spread matters.
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    i64::from((hash ^ (hash >> 16)) & 63)
}

/// Returns the query of a session that ends after `now`.
#[must_use]
pub fn live(pool_id: &str, user_id: &str, session_id: &str, now: i64) -> Query {
    (LIVE, params![pool_id, user_id, session_id, now])
}

/// Returns the query that finds a row if a challenge was answered with success.
#[must_use]
pub fn spent(pool_id: &str, nonce: &str) -> Query {
    (SPENT_NONCE, params![pool_id, nonce])
}

/// Returns the query of the end of a name that is remembered.
#[must_use]
pub fn remembered(pool_id: &str, name: &str) -> Query {
    (SPENT_UNTIL, params![pool_id, name])
}

/// The time at which a tracked session last issued tokens, and the place from which they were asked for.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Microseconds.
    pub at: i64,
    /// JSON, the domain's.
    pub doc: String,
}

rows! {
    /// A session in a listing.
    #[derive(Clone, Debug)]
    pub struct SessionEntry {
        /// The id, as in the tokens.
        pub session_id: String,
        /// The client that the user signed in to.
        pub client_id: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds; 0 while nothing was tracked.
        pub active: i64,
        /// JSON, the domain's; None while nothing was tracked.
        pub activity: Option<String>,
        /// The browser's session that it came out of; empty for none.
        pub origin: String,
    }
}

/// Returns the sessions of a user after `after`, at most `limit`, that end later than `ends_after`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    ends_after: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<SessionEntry>, StoreError> {
    rows::all(
        store
            .all((LIST, params![pool_id, user_id, ends_after, after, limit]))
            .await?,
    )
}

/// Serializes the sign-ins of a user. Must be before every other statement of a batch: a batch that waits for it must
/// hold nothing that the one before needs.
pub fn take_turn(pool_id: &str, user_id: &str) -> Batch {
    Batch::new().run(TURN, params![pool_id, user_id])
}

/// Deletes the row that [`take_turn`] made for a user. Must be before every other statement of a batch, as that must.
pub fn forget_turn(pool_id: &str, user_id: &str) -> Batch {
    Batch::new().run(FORGET_TURN, params![pool_id, user_id])
}

/// Ends all sessions of a user but the `keep` that were used last; those that end before `ends_after` do not count.
pub fn evict(batch: Batch, pool_id: &str, user_id: &str, ends_after: i64, keep: i64) -> Batch {
    batch.run(EVICT, params![pool_id, user_id, ends_after, keep])
}

/// Notes that a session gave out tokens, if it is still there.
pub fn touch(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    activity: &Activity,
) -> Batch {
    batch.run(
        TOUCH,
        params![pool_id, user_id, session_id, activity.at, &activity.doc],
    )
}

/// Ends a session that must be there and end later than `ends_after`; conflict [`STALE`].
pub fn delete_live(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    ends_after: i64,
) -> Batch {
    batch.one(
        DELETE_ONE,
        params![pool_id, user_id, session_id, ends_after],
        STALE,
    )
}

/// Adds a session. `activity`: where sessions are tracked. `origin`: the browser's session that it came out of.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    row: &SessionRow,
    activity: Option<&Activity>,
    origin: Option<&str>,
) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            user_id,
            session_id,
            &row.client_id,
            &row.doc,
            row.created,
            row.expires,
            bucket(session_id),
            activity.map_or(0, |activity| activity.at),
            activity.map(|activity| activity.doc.as_str()),
            row.mac.as_ref(),
            origin.unwrap_or_default()
        ],
    )
}

/// Replaces a session's document, and the MAC with it, if the row is still at `row.ver`; conflict [`STALE`].
pub fn update(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    row: &SessionRow,
) -> Batch {
    batch.one(
        UPDATE,
        params![
            pool_id,
            user_id,
            session_id,
            &row.doc,
            row.ver,
            row.mac.as_ref()
        ],
        STALE,
    )
}

/// Ends a session if it is there.
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, session_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, user_id, session_id])
}

/// Ends every session of a user that came out of a browser's session.
pub fn delete_of_origin(batch: Batch, pool_id: &str, user_id: &str, origin: &str) -> Batch {
    batch.run(DELETE_OF_ORIGIN, params![pool_id, user_id, origin])
}

/// Ends every session of a user with a client.
pub fn delete_of_client(batch: Batch, pool_id: &str, user_id: &str, client_id: &str) -> Batch {
    batch.run(DELETE_OF_CLIENT, params![pool_id, user_id, client_id])
}

/// Ends every session of a user with a client that named itself by the URL of a document.
pub fn delete_of_url(batch: Batch, pool_id: &str, user_id: &str, url: &str) -> Batch {
    let url = url.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let named = format!("%\"url\":\"{url}\"%");
    batch.run(DELETE_OF_URL, params![pool_id, user_id, named])
}

/// Ends every session of a user.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}

/// Marks a challenge as answered; conflict [`SPENT`] when it already was. `expires`: when the challenge itself ends.
pub fn spend(batch: Batch, pool_id: &str, nonce: &str, expires: i64) -> Batch {
    batch.one(
        SPEND,
        params![pool_id, nonce, expires, bucket(nonce)],
        SPENT,
    )
}

/// Remembers a name until a time, whether or not it is known.
pub fn remember(batch: Batch, pool_id: &str, name: &str, expires: i64) -> Batch {
    batch.run(REMEMBER, params![pool_id, name, expires, bucket(name)])
}
