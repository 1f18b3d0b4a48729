//! `browser_sessions`: who is signed in to a pool in which browser. A row that has expired is as good as none. Times are
//! microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The session has ended since it was read.
pub const ENDED: Label = Label("browser_session_ended");

const LIVE: &str = "SELECT user_id, session_id, doc, created, expires, mac FROM browser_sessions \
     WHERE pool_id = ?1 AND session_key = ?2 AND expires > ?3";
const OF_USER: &str = "SELECT session_key, user_id, session_id, doc, created, expires, mac FROM browser_sessions \
     WHERE pool_id = ?1 AND user_id = ?2 AND expires > ?3 AND session_id > ?4 ORDER BY session_id LIMIT ?5";
const INSERT: &str = "INSERT INTO browser_sessions (pool_id, session_key, user_id, session_id, doc, created, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const REQUIRE: &str =
    "SELECT 1 FROM browser_sessions WHERE pool_id = ?1 AND session_key = ?2 AND expires > ?3";
const DELETE: &str = "DELETE FROM browser_sessions WHERE pool_id = ?1 AND session_key = ?2";
const DELETE_NAMED: &str =
    "DELETE FROM browser_sessions WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3";
const DELETE_LIVE: &str = "DELETE FROM browser_sessions \
     WHERE pool_id = ?1 AND user_id = ?2 AND session_id = ?3 AND expires > ?4";
const DELETE_OF_USER: &str = "DELETE FROM browser_sessions WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A session's columns besides its key.
    #[derive(Clone, Debug)]
    pub struct BrowserSessionRow {
        /// The user.
        pub user_id: String,
        /// Its name in listings, a UUID.
        pub session_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// The end.
        pub expires: i64,
        /// Over [`BrowserSessionRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl BrowserSessionRow {
    /// Returns what is signed of a session.
    #[must_use]
    pub fn signed<'a>(&'a self, session_key: &'a str) -> Signed<'a> {
        signed!(
            "browser_sessions": session_key,
            &self.user_id,
            &self.session_id,
            &self.doc,
            self.created,
            self.expires,
        )
    }
}

rows! {
    /// A session of a user, with its key.
    #[derive(Clone, Debug)]
    pub struct KeyedRow {
        /// The key.
        pub session_key: String,
        /// The user.
        pub user_id: String,
        /// Its name in listings.
        pub session_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// The end.
        pub expires: i64,
        /// Over [`BrowserSessionRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl KeyedRow {
    /// Returns the key, and the row without it.
    #[must_use]
    pub fn split(self) -> (String, BrowserSessionRow) {
        let row = BrowserSessionRow {
            user_id: self.user_id,
            session_id: self.session_id,
            doc: self.doc,
            created: self.created,
            expires: self.expires,
            mac: self.mac,
        };
        (self.session_key, row)
    }
}

/// Returns the query of a session that ends after `now`.
#[must_use]
pub fn live(pool_id: &str, session_key: &str, now: i64) -> Query {
    (LIVE, params![pool_id, session_key, now])
}

/// Returns the sessions of a user that end after `now`, at most `limit`, by their names after `after`.
///
/// # Errors
/// [`StoreError`].
pub async fn of_user(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    now: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<KeyedRow>, StoreError> {
    let query = (OF_USER, params![pool_id, user_id, now, after, limit]);
    rows::all(store.all(query).await?)
}

/// Adds a session.
pub fn insert(batch: Batch, pool_id: &str, session_key: &str, row: &BrowserSessionRow) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            session_key,
            &row.user_id,
            &row.session_id,
            &row.doc,
            row.created,
            row.expires,
            super::sessions::bucket(session_key),
            row.mac.as_ref()
        ],
    )
}

/// Requires that a session is there and ends after `now`; [`ENDED`].
pub fn require_live(batch: Batch, pool_id: &str, session_key: &str, now: i64) -> Batch {
    batch.exists(REQUIRE, params![pool_id, session_key, now], ENDED)
}

/// Ends a session if it is there.
pub fn delete(batch: Batch, pool_id: &str, session_key: &str) -> Batch {
    batch.run(DELETE, params![pool_id, session_key])
}

/// Ends a session of a user by its name, if it is there.
pub fn delete_named(batch: Batch, pool_id: &str, user_id: &str, session_id: &str) -> Batch {
    batch.run(DELETE_NAMED, params![pool_id, user_id, session_id])
}

/// Ends a session of a user that must be there and end after `now`; [`ENDED`].
pub fn delete_live(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    session_id: &str,
    now: i64,
) -> Batch {
    batch.one(
        DELETE_LIVE,
        params![pool_id, user_id, session_id, now],
        ENDED,
    )
}

/// Ends every session of a user.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}
