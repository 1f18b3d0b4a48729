//! `attempts`: wrong passwords and counted requests of a subject (a user id, or the pseudonym of an unknown name).
//!
//! Rows of the kind [`PASSWORD`] keep the sign-in lockout: `n` wrong passwords in a row, `last` the time of the newest,
//! `since` the instant until which the subject is locked. Rows of other kinds count requests in a window that began at
//! `since`. Times are microseconds.

use crate::{Batch, Label, Query, Row, StoreError, params};

/// The kind of the sign-in lockout.
pub const PASSWORD: &str = "password";

/// The prefix of the kinds that count wrong answers to single factors.
pub const WRONG: &str = "wrong:";

/// Another attempt on the same subject was judged first: read again.
pub const MOVED: Label = Label("attempts_moved");

/// As many messages about risky sign-ins were sent as may be: without the message the batch is good.
pub const NOTICES_FULL: Label = Label("notices_full");

const OF_SUBJECT: &str =
    "SELECT n, since, last, expires, kind FROM attempts WHERE pool_id = ?1 AND subject = ?2";

const OF_SIGN_IN: &str = "SELECT n, since, last, expires, kind FROM attempts WHERE pool_id = ?1 \
     AND subject = COALESCE((SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2), ?3)";

const LOCKOUT: &str =
    "SELECT 1 FROM attempts WHERE pool_id = ?1 AND subject = ?2 AND kind = 'password'";

const INSERT: &str = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) \
     VALUES (?1, ?2, 'password', ?3, ?4, ?5, ?6, ?7)";
const REPLACE: &str = "UPDATE attempts SET n = ?3, since = ?4, last = ?5, expires = ?6 \
     WHERE pool_id = ?1 AND subject = ?2 AND kind = 'password' AND n = ?7 AND last = ?8";
const DELETE: &str = "DELETE FROM attempts WHERE pool_id = ?1 AND subject = ?2 AND kind = 'password' AND n = ?3 AND last = ?4";
const AS_SEEN: &str = "SELECT 1 FROM attempts WHERE pool_id = ?1 AND subject = ?2 AND kind = 'password' AND n = ?3 AND last = ?4";
// Every wrong answer puts the end off; what has ended begins anew.
const COUNT_WRONG: &str = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) \
     VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, ?6) ON CONFLICT (pool_id, subject, kind) DO UPDATE SET \
     n = CASE WHEN attempts.expires <= excluded.last THEN 1 ELSE attempts.n + 1 END, \
     since = CASE WHEN attempts.expires <= excluded.last THEN excluded.since ELSE attempts.since END, \
     last = excluded.last, expires = excluded.expires";
const DELETE_WRONG: &str = "DELETE FROM attempts WHERE pool_id = ?1 AND subject = ?2 AND kind = ?3 AND n = ?4 AND last = ?5";
const DELETE_ALL_WRONG: &str =
    "DELETE FROM attempts WHERE pool_id = ?1 AND subject = ?2 AND kind LIKE 'wrong:%'";
const DELETE_ALL: &str = "DELETE FROM attempts WHERE pool_id = ?1 AND subject = ?2";
const COUNT: &str = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) \
     VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, ?6) ON CONFLICT (pool_id, subject, kind) DO UPDATE SET \
     n = CASE WHEN attempts.expires <= excluded.last THEN 1 ELSE attempts.n + 1 END, \
     since = CASE WHEN attempts.expires <= excluded.last THEN excluded.since ELSE attempts.since END, \
     expires = CASE WHEN attempts.expires <= excluded.last THEN excluded.expires ELSE attempts.expires END, \
     last = excluded.last RETURNING n";
const COUNT_WITHIN: &str = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) \
     VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, ?6) ON CONFLICT (pool_id, subject, kind) DO UPDATE SET \
     n = CASE WHEN attempts.expires <= excluded.last THEN 1 ELSE attempts.n + 1 END, \
     since = CASE WHEN attempts.expires <= excluded.last THEN excluded.since ELSE attempts.since END, \
     expires = CASE WHEN attempts.expires <= excluded.last THEN excluded.expires ELSE attempts.expires END, \
     last = excluded.last WHERE attempts.expires <= excluded.last OR attempts.n < ?7";
const COUNTED: &str =
    "SELECT n FROM attempts WHERE pool_id = ?1 AND subject = ?2 AND kind = ?3 AND expires > ?4";
const WITHIN: &str = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) \
     VALUES (?1, ?2, ?3, 0, ?4, ?4, ?4, ?5) ON CONFLICT (pool_id, subject, kind) DO UPDATE SET \
     last = excluded.last WHERE attempts.expires <= excluded.last OR attempts.n < ?6";

/// A row of the lockout, or of wrong answers to a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// Wrong answers in a row, or in a window.
    pub n: i64,
    /// The end of the lock; for wrong answers to a factor, the time at which the first was counted.
    pub until: i64,
    /// The time at which the newest was counted.
    pub last: i64,
    /// The time at which all are forgotten.
    pub expires: i64,
}

impl Failures {
    /// Reads a row of [`of_subject`] or [`of_sign_in`]: its kind, and the rest.
    ///
    /// # Errors
    /// [`StoreError::Column`] on a row of another shape.
    pub fn read(row: &mut Row) -> Result<(String, Self), StoreError> {
        let failures = Self {
            n: row.int(0)?,
            until: row.int(1)?,
            last: row.int(2)?,
            expires: row.int(3)?,
        };
        Ok((row.take_text(4)?, failures))
    }
}

/// Returns the query of all rows of a subject.
#[must_use]
pub fn of_subject(pool_id: &str, subject: &str) -> Query {
    (OF_SUBJECT, params![pool_id, subject])
}

/// Returns the query of all rows of the user who signs in with a folded name or, for an unknown one, of a pseudonym.
/// The work is the same.
#[must_use]
pub fn of_sign_in(pool_id: &str, folded: &str, pseudonym: &str) -> Query {
    (OF_SIGN_IN, params![pool_id, folded, pseudonym])
}

/// Puts `after` in the place of what was read; conflict [`MOVED`] if that is no longer there.
pub fn replace(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    before: Option<&Failures>,
    after: &Failures,
) -> Batch {
    match before {
        None => batch.one(
            INSERT,
            params![
                pool_id,
                subject,
                after.n,
                after.until,
                after.last,
                after.expires,
                super::sessions::bucket(subject)
            ],
            MOVED,
        ),
        Some(seen) => batch.one(
            REPLACE,
            params![
                pool_id,
                subject,
                after.n,
                after.until,
                after.last,
                after.expires,
                seen.n,
                seen.last
            ],
            MOVED,
        ),
    }
}

/// Forgets the wrong passwords that were read; conflict [`MOVED`] if others were counted since, or if there are some
/// where none were read.
pub fn clear(batch: Batch, pool_id: &str, subject: &str, before: Option<&Failures>) -> Batch {
    match before {
        None => batch.none(LOCKOUT, params![pool_id, subject], MOVED),
        Some(seen) => batch.one(DELETE, params![pool_id, subject, seen.n, seen.last], MOVED),
    }
}

/// Requires that the wrong passwords are those that were read; conflict [`MOVED`].
pub fn require_unchanged(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    before: Option<&Failures>,
) -> Batch {
    match before {
        None => batch.none(LOCKOUT, params![pool_id, subject], MOVED),
        Some(seen) => batch.exists(AS_SEEN, params![pool_id, subject, seen.n, seen.last], MOVED),
    }
}

/// Counts a wrong answer of `kind` at `now`; all of them are forgotten at `expires` unless another one follows.
pub fn count_wrong(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    kind: &str,
    now: i64,
    expires: i64,
) -> Batch {
    batch.run(
        COUNT_WRONG,
        params![
            pool_id,
            subject,
            kind,
            now,
            expires,
            super::sessions::bucket(subject)
        ],
    )
}

/// Forgets the wrong answers of `kind` that were read; conflict [`MOVED`] if others were counted since.
pub fn clear_wrong(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    kind: &str,
    seen: &Failures,
) -> Batch {
    batch.one(
        DELETE_WRONG,
        params![pool_id, subject, kind, seen.n, seen.last],
        MOVED,
    )
}

/// Forgets the wrong answers to all single factors of a subject; the lockout stays.
pub fn forget_wrong(batch: Batch, pool_id: &str, subject: &str) -> Batch {
    batch.run(DELETE_ALL_WRONG, params![pool_id, subject])
}

/// Forgets everything counted for a subject.
pub fn forget(batch: Batch, pool_id: &str, subject: &str) -> Batch {
    batch.run(DELETE_ALL, params![pool_id, subject])
}

/// Counts a request at `now` in a window that ends at `expires` unless one is open; returns `n` as the next row of the
/// outcome.
pub fn count(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    kind: &str,
    now: i64,
    expires: i64,
) -> Batch {
    batch.returning(
        COUNT,
        params![
            pool_id,
            subject,
            kind,
            now,
            expires,
            super::sessions::bucket(subject)
        ],
    )
}

/// A limit on requests of a kind in a window of time.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The kind of the rows.
    pub kind: &'static str,
    /// Requests in a window.
    pub most: i64,
    /// The conflict of the request that is one too many; it is not counted.
    pub exceeded: Label,
}

/// Does the same as [`count`], on the condition that the request is within a limit; for the batch that does what the
/// request asks for.
pub fn count_within(
    batch: Batch,
    pool_id: &str,
    subject: &str,
    limit: Limit,
    now: i64,
    expires: i64,
) -> Batch {
    batch.one(
        COUNT_WITHIN,
        params![
            pool_id,
            subject,
            limit.kind,
            now,
            expires,
            super::sessions::bucket(subject),
            limit.most
        ],
        limit.exceeded,
    )
}

/// Returns the query of how many requests of a kind were counted in the window that is open at `now`: no row = none.
#[must_use]
pub fn counted(pool_id: &str, subject: &str, kind: &str, now: i64) -> Query {
    (COUNTED, params![pool_id, subject, kind, now])
}

/// Requires that fewer requests than the limit allows were counted, and counts none. The row is still written,
/// so that batches which count at the same moment on other nodes come before this one or after it.
pub fn within(batch: Batch, pool_id: &str, subject: &str, limit: Limit, now: i64) -> Batch {
    batch.one(
        WITHIN,
        params![
            pool_id,
            subject,
            limit.kind,
            now,
            super::sessions::bucket(subject),
            limit.most
        ],
        limit.exceeded,
    )
}
