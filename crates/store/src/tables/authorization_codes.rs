//! `authorization_codes`: codes that the authorization endpoint gave out. A row outlives its code, so that a second use is
//! noticed; when the code itself ends stands in the document. Times are microseconds.

use super::rows::rows;
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, params};

/// The code was used or ended since it was read.
pub const USED: Label = Label("authorization_code_used");

const BY_KEY: &str = "SELECT user_id, doc, used, created, expires, mac FROM authorization_codes \
     WHERE pool_id = ?1 AND code_key = ?2 AND expires > ?3";
const INSERT: &str = "INSERT INTO authorization_codes (pool_id, code_key, user_id, doc, used, created, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const USE: &str = "UPDATE authorization_codes SET used = 1, mac = ?3 \
     WHERE pool_id = ?1 AND code_key = ?2 AND used = 0";
const DELETE_OF_USER: &str = "DELETE FROM authorization_codes WHERE pool_id = ?1 AND user_id = ?2";
// The document names the browser's session, a UUID.
const DELETE_OF_ORIGIN: &str =
    "DELETE FROM authorization_codes WHERE pool_id = ?1 AND user_id = ?2 AND doc LIKE ?3";

rows! {
    /// A code's columns besides its key.
    #[derive(Clone, Debug)]
    pub struct CodeRow {
        /// The user who signed in.
        pub user_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// True once tokens were given for it.
        pub used: bool,
        /// Microseconds.
        pub created: i64,
        /// When the row may be swept.
        pub expires: i64,
        /// Over [`CodeRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl CodeRow {
    /// Returns what is signed of a code.
    #[must_use]
    pub fn signed<'a>(&'a self, code_key: &'a str) -> Signed<'a> {
        signed!(
            "authorization_codes": code_key,
            &self.user_id,
            &self.doc,
            self.used,
            self.created,
            self.expires,
        )
    }
}

/// Returns the query of a code whose row is kept at `now`.
#[must_use]
pub fn kept(pool_id: &str, code_key: &str, now: i64) -> Query {
    (BY_KEY, params![pool_id, code_key, now])
}

/// Adds a code.
pub fn insert(batch: Batch, pool_id: &str, code_key: &str, row: &CodeRow) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            code_key,
            &row.user_id,
            &row.doc,
            row.used,
            row.created,
            row.expires,
            super::sessions::bucket(code_key),
            row.mac.as_ref()
        ],
    )
}

/// Marks a code as used, which it must not be; [`USED`]. `mac`: that of the row with `used`.
pub fn spend(batch: Batch, pool_id: &str, code_key: &str, mac: Vec<u8>) -> Batch {
    batch.one(USE, params![pool_id, code_key, mac], USED)
}

/// Forgets every code of a user.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}

/// Deletes the codes of a user that were given to a browser's session.
pub fn delete_of_origin(batch: Batch, pool_id: &str, user_id: &str, session_id: &str) -> Batch {
    let named = format!("%\"{session_id}\"%");
    batch.run(DELETE_OF_ORIGIN, params![pool_id, user_id, named])
}
