//! `codes`: confirmation codes that were sent and not yet used, one per user and purpose.
//!
//! The key is a user id or the pseudonym of an unknown name, so that asking for a code costs the same for both. A row
//! that has expired is as good as none. Times are microseconds.

use super::rows::rows;
use crate::{Batch, Label, Query, Row, StoreError, params};

/// The code was replaced or used since it was read.
pub const CODE_STALE: Label = Label("code_stale");

const READ: &str = "SELECT sealed, expires, failures, ver FROM codes WHERE pool_id = ?1 AND user_id = ?2 AND purpose = ?3";
const READ_TO_JUDGE: &str = "SELECT sealed, expires, failures, ver, counted, COALESCE((SELECT n FROM attempts \
     WHERE attempts.pool_id = codes.pool_id AND attempts.subject = codes.counted AND attempts.kind = ?4 AND attempts.expires > ?5), 0) \
     FROM codes WHERE pool_id = ?1 AND user_id = ?2 AND purpose = ?3";
const PUT: &str = "INSERT INTO codes (pool_id, user_id, purpose, sealed, created, expires, failures, ver, bucket, counted) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 1, ?7, ?8) ON CONFLICT (pool_id, user_id, purpose) DO UPDATE SET \
     sealed = excluded.sealed, created = excluded.created, expires = excluded.expires, failures = 0, ver = codes.ver + 1, \
     counted = excluded.counted";
const FAIL: &str = "INSERT INTO codes (pool_id, user_id, purpose, sealed, created, expires, failures, ver, bucket) \
     VALUES (?1, ?2, ?3, ?4, ?5, 0, 1, 1, ?6) ON CONFLICT (pool_id, user_id, purpose) DO UPDATE SET \
     failures = codes.failures + 1, ver = codes.ver + 1";
const USE: &str =
    "DELETE FROM codes WHERE pool_id = ?1 AND user_id = ?2 AND purpose = ?3 AND ver = ?4";
const EXPIRE: &str = "UPDATE codes SET expires = ?3, ver = ver + 1 WHERE pool_id = ?1 AND user_id = ?2 AND expires > ?3";
const DELETE: &str = "DELETE FROM codes WHERE pool_id = ?1 AND user_id = ?2 AND purpose = ?3";
const DELETE_ALL: &str = "DELETE FROM codes WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A pending code.
    pub struct CodeRow {
        /// Code and destination, sealed.
        pub sealed: Vec<u8>,
        /// The end of its life.
        pub expires: i64,
        /// Wrong answers given to it.
        pub failures: i64,
        /// The version.
        pub ver: i64,
    }
}

/// A code whose answer is to be judged.
pub struct JudgedRow {
    /// The code.
    pub code: CodeRow,
    /// The subject of `attempts` under which its wrong answers are counted.
    pub counted: String,
    /// The number of wrong answers in the open window.
    pub wrong: i64,
}

impl JudgedRow {
    /// Makes the value from a row of [`to_judge`]; empties the row.
    ///
    /// # Errors
    /// [`StoreError::Column`].
    pub fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            code: CodeRow::read(row)?,
            counted: row.take_text(4)?,
            wrong: row.int(5)?,
        })
    }
}

/// A code to keep.
pub struct NewCode<'a> {
    /// A user id or a pseudonym.
    pub subject: &'a str,
    /// The purpose of the code.
    pub purpose: &'a str,
    /// Code and destination, sealed.
    pub sealed: Vec<u8>,
    /// Now.
    pub created: i64,
    /// The end of its life.
    pub expires: i64,
    /// Under which subject of `attempts` its wrong answers are counted; empty for none.
    pub counted: &'a str,
}

/// Returns the query of a code, whatever its expiry.
#[must_use]
pub fn of(pool_id: &str, subject: &str, purpose: &str) -> Query {
    (READ, params![pool_id, subject, purpose])
}

/// Returns the query of a code with its wrong answers, which are counted in `attempts` under `kind`.
#[must_use]
pub fn to_judge(pool_id: &str, subject: &str, purpose: &str, kind: &str, now: i64) -> Query {
    (READ_TO_JUDGE, params![pool_id, subject, purpose, kind, now])
}

/// Puts a code in the place of any older one of the same purpose.
pub fn put(batch: Batch, pool_id: &str, code: NewCode<'_>) -> Batch {
    batch.run(
        PUT,
        params![
            pool_id,
            code.subject,
            code.purpose,
            code.sealed,
            code.created,
            code.expires,
            super::sessions::bucket(code.subject),
            code.counted
        ],
    )
}

/// Counts a wrong answer. Where there is no code, a row that expired long ago is left behind: the commit costs
/// the same.
pub fn fail(batch: Batch, pool_id: &str, subject: &str, purpose: &str, now: i64) -> Batch {
    batch.run(
        FAIL,
        params![
            pool_id,
            subject,
            purpose,
            Vec::new(),
            now,
            super::sessions::bucket(subject)
        ],
    )
}

/// Uses up the code that was read at `ver` ([`CODE_STALE`]).
pub fn consume(batch: Batch, pool_id: &str, subject: &str, purpose: &str, ver: i64) -> Batch {
    batch.one(USE, params![pool_id, subject, purpose, ver], CODE_STALE)
}

/// Lets all codes of a user expire now.
pub fn expire(batch: Batch, pool_id: &str, user_id: &str, now: i64) -> Batch {
    batch.run(EXPIRE, params![pool_id, user_id, now])
}

/// Forgets a code, if there is one.
pub fn delete(batch: Batch, pool_id: &str, subject: &str, purpose: &str) -> Batch {
    batch.run(DELETE, params![pool_id, subject, purpose])
}

/// Forgets all codes of a user.
pub fn delete_all(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_ALL, params![pool_id, user_id])
}
