//! `users`, `logins`, `user_attrs`, `tombstones`, `user_counts`: the users of a pool, the one namespace of their names
//! and aliases, and the index that ListUsers searches.

use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, StoreError, Value, params};

/// The row was changed since it was read.
pub const USER_STALE: Label = Label("user_stale");
/// The pool is not active any more.
pub const POOL_GONE: Label = Label("pool_gone");
/// The id of a new user is or was another's.
pub const ID_TAKEN: Label = Label("user_id_taken");

/// The columns of `users u` in the order that [`UserRow::read`] expects.
macro_rules! columns {
    () => {
        "u.user_id, u.username, u.status, u.enabled, u.doc, u.credential, u.created, u.modified, u.ver, u.mac"
    };
}

/// A user by pool and id.
pub const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id = ?2"
);

/// A user by pool and folded name or alias.
pub const BY_LOGIN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM logins l CROSS JOIN users u WHERE l.pool_id = ?1 AND l.name = ?2 AND u.pool_id = l.pool_id AND u.user_id = l.user_id"
);

/// The user of a folded name, or, when nobody has it, some other user of the pool, so that a stranger's name costs what a
/// user's costs: pool, folded name, a text that chooses the other user. [`BY_LOGIN_OWNER`] tells which it is.
pub const BY_LOGIN_OR_OTHER: &str = concat!(
    "SELECT ",
    columns!(),
    ", f.own FROM (SELECT (SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2) AS own, \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?3 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1)) AS other LIMIT 1) f \
     CROSS JOIN users u WHERE u.pool_id = ?1 AND u.user_id = COALESCE(f.own, f.other)"
);
/// The column of [`BY_LOGIN_OR_OTHER`] that is NULL when nobody has the name.
pub const BY_LOGIN_OWNER: usize = 10;

/// A page of all users of a pool behind an id: pool, id, limit.
pub const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id > ?2 ORDER BY u.user_id LIMIT ?3"
);

/// A page of the users whose id begins with a prefix: pool, id, upper bound, limit.
pub const PAGE_BY_ID_PREFIX: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id > ?2 AND u.user_id < ?3 ORDER BY u.user_id LIMIT ?4"
);

/// A page of the users with an attribute's value: pool, attribute, value, id, limit.
pub const PAGE_EQUAL: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.value FROM user_attrs a CROSS JOIN users u \
     WHERE a.pool_id = ?1 AND a.attr = ?2 AND a.value = ?3 AND a.user_id > ?4 \
     AND u.pool_id = a.pool_id AND u.user_id = a.user_id ORDER BY a.user_id LIMIT ?5"
);

/// A page of the users whose value of an attribute lies behind (value, id) and below a bound:
/// pool, attribute, value, id, bound, limit.
pub const PAGE_BELOW: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.value FROM user_attrs a CROSS JOIN users u \
     WHERE a.pool_id = ?1 AND a.attr = ?2 AND (a.value, a.user_id) > (?3, ?4) AND a.value < ?5 \
     AND u.pool_id = a.pool_id AND u.user_id = a.user_id ORDER BY a.value, a.user_id LIMIT ?6"
);

/// As [`PAGE_BELOW`] without a bound: pool, attribute, value, id, limit.
pub const PAGE_BEHIND: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.value FROM user_attrs a CROSS JOIN users u \
     WHERE a.pool_id = ?1 AND a.attr = ?2 AND (a.value, a.user_id) > (?3, ?4) \
     AND u.pool_id = a.pool_id AND u.user_id = a.user_id ORDER BY a.value, a.user_id LIMIT ?5"
);

/// A page of the users in a group, by id: pool, group, id, limit. The group itself is not looked at.
pub const PAGE_OF_GROUP: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM group_members m CROSS JOIN users u WHERE m.pool_id = ?1 AND m.group_id = ?2 AND m.user_id > ?3 \
     AND u.pool_id = m.pool_id AND u.user_id = m.user_id ORDER BY m.user_id LIMIT ?4"
);

/// The column of the page statements that holds the indexed value.
pub const PAGE_VALUE: usize = 10;

const POOL_ACTIVE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0";
const USER_EXISTS: &str = "SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?2";
const BURIED: &str = "SELECT 1 FROM tombstones WHERE pool_id = ?1 AND user_id = ?2";
const INSERT: &str = "INSERT INTO users (pool_id, user_id, username, status, enabled, doc, credential, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10)";
const UPDATE: &str = "UPDATE users SET status = ?4, enabled = ?5, doc = ?6, credential = ?7, modified = ?8, mac = ?9, ver = ver + 1 \
     WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM users WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3";
const BURY: &str = "INSERT INTO tombstones (pool_id, user_id, at) VALUES (?1, ?2, ?3)";
const COUNT: &str = "INSERT INTO user_counts (pool_id, shard, n) VALUES (?1, ?2, ?3) \
     ON CONFLICT (pool_id, shard) DO UPDATE SET n = user_counts.n + excluded.n";
const INSERT_LOGIN: &str =
    "INSERT INTO logins (pool_id, name, kind, user_id) VALUES (?1, ?2, ?3, ?4)";
const DELETE_LOGIN: &str = "DELETE FROM logins WHERE pool_id = ?1 AND name = ?2 AND user_id = ?3";
const DELETE_LOGIN_OF_OTHERS: &str =
    "DELETE FROM logins WHERE pool_id = ?1 AND name = ?2 AND kind = ?3 AND user_id <> ?4";
const DELETE_LOGINS: &str = "DELETE FROM logins WHERE pool_id = ?1 AND user_id = ?2";
const INSERT_ATTR: &str =
    "INSERT INTO user_attrs (pool_id, attr, value, user_id) VALUES (?1, ?2, ?3, ?4)";
const DELETE_ATTR: &str =
    "DELETE FROM user_attrs WHERE pool_id = ?1 AND attr = ?2 AND value = ?3 AND user_id = ?4";

/// A row of `users`, without the pool's id.
pub struct UserRow {
    /// The immutable id.
    pub user_id: String,
    /// Display text of the name.
    pub username: String,
    /// The API's name of the status.
    pub status: String,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// JSON.
    pub doc: String,
    /// Sealed.
    pub credential: Option<Vec<u8>>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// The version; grows with every change.
    pub ver: i64,
    /// Over [`UserRow::signed`].
    pub mac: Option<Vec<u8>>,
}

impl UserRow {
    /// Reads the columns of [`BY_ID`] and the other reads of this file, emptying the row.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the row is of another statement.
    pub fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            user_id: row.take_text(0)?,
            username: row.take_text(1)?,
            status: row.take_text(2)?,
            enabled: row.int(3)? != 0,
            doc: row.take_text(4)?,
            credential: row.take_opt_bytes(5)?,
            created: row.int(6)?,
            modified: row.int(7)?,
            ver: row.int(8)?,
            mac: row.take_opt_bytes(9)?,
        })
    }

    /// What is signed of a user.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!(
            "users": &self.user_id,
            &self.username,
            &self.status,
            self.enabled,
            &self.doc,
            self.credential.as_ref(),
        )
    }
}

/// The parameters of [`BY_ID`].
#[must_use]
pub fn by_id(pool_id: &str, user_id: &str) -> (&'static str, Vec<Value>) {
    (BY_ID, params![pool_id, user_id])
}

/// The parameters of [`BY_LOGIN`]; `folded` as `users::names::fold` of the domain gives it.
#[must_use]
pub fn by_login(pool_id: &str, folded: &str) -> (&'static str, Vec<Value>) {
    (BY_LOGIN, params![pool_id, folded])
}

/// The parameters of [`BY_LOGIN_OR_OTHER`].
#[must_use]
pub fn by_login_or_other(pool_id: &str, folded: &str, other: &str) -> (&'static str, Vec<Value>) {
    (BY_LOGIN_OR_OTHER, params![pool_id, folded, other])
}

/// Requires the pool to be active at the commit ([`POOL_GONE`]).
pub fn guard_pool(batch: Batch, pool_id: &str) -> Batch {
    batch.exists(POOL_ACTIVE, params![pool_id], POOL_GONE)
}

/// Requires the user to exist at the commit.
pub fn guard_user(batch: Batch, pool_id: &str, user_id: &str, label: Label) -> Batch {
    batch.exists(USER_EXISTS, params![pool_id, user_id], label)
}

/// Inserts a user whose id was never used before ([`ID_TAKEN`]) and counts it.
pub fn insert(batch: Batch, pool_id: &str, row: &UserRow) -> Batch {
    batch
        .none(BURIED, params![pool_id, &row.user_id], ID_TAKEN)
        .one(
            INSERT,
            params![
                pool_id,
                &row.user_id,
                &row.username,
                &row.status,
                row.enabled,
                &row.doc,
                row.credential.as_ref(),
                row.created,
                row.modified,
                row.mac.as_ref()
            ],
            ID_TAKEN,
        )
        .run(COUNT, params![pool_id, shard(&row.user_id), 1_i64])
}

/// Replaces what may change of a user that is still at `row.ver` ([`USER_STALE`]).
pub fn update(batch: Batch, pool_id: &str, row: &UserRow) -> Batch {
    batch.one(
        UPDATE,
        params![
            pool_id,
            &row.user_id,
            row.ver,
            &row.status,
            row.enabled,
            &row.doc,
            row.credential.as_ref(),
            row.modified,
            row.mac.as_ref()
        ],
        USER_STALE,
    )
}

/// Deletes a user that is still at `ver` ([`USER_STALE`]) with its names, and buries the id. The searched attributes are
/// the caller's, who knows their values.
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, ver: i64, now: i64) -> Batch {
    batch
        .one(DELETE, params![pool_id, user_id, ver], USER_STALE)
        .run(BURY, params![pool_id, user_id, now])
        .run(DELETE_LOGINS, params![pool_id, user_id])
        .run(COUNT, params![pool_id, shard(user_id), -1_i64])
}

/// Gives a user a name or alias that nobody has. `taken` also when the name is the id of another user, which would
/// otherwise be found instead of them.
pub fn insert_login(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    name: &str,
    kind: &str,
    taken: Label,
) -> Batch {
    let batch = if name != user_id && looks_like_id(name) {
        batch.none(USER_EXISTS, params![pool_id, name], taken)
    } else {
        batch
    };
    batch.one(INSERT_LOGIN, params![pool_id, name, kind, user_id], taken)
}

/// Takes a name or alias from a user, if it is still theirs ([`delete_login_of_others`]).
pub fn delete_login(batch: Batch, pool_id: &str, user_id: &str, name: &str) -> Batch {
    batch.run(DELETE_LOGIN, params![pool_id, name, user_id])
}

/// Takes a name from a user other than `user_id` who has it as a name of this kind.
pub fn delete_login_of_others(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    name: &str,
    kind: &str,
) -> Batch {
    let values = params![pool_id, name, kind, user_id];
    batch.run(DELETE_LOGIN_OF_OTHERS, values)
}

/// Makes a user findable by an attribute.
pub fn insert_attr(batch: Batch, pool_id: &str, user_id: &str, attr: &str, value: &str) -> Batch {
    batch.run(INSERT_ATTR, params![pool_id, attr, value, user_id])
}

/// Undoes [`insert_attr`].
pub fn delete_attr(batch: Batch, pool_id: &str, user_id: &str, attr: &str, value: &str) -> Batch {
    batch.run(DELETE_ATTR, params![pool_id, attr, value, user_id])
}

/// Whether a text has the shape of a user id: five groups of hexadecimal digits in lower case.
#[must_use]
pub fn looks_like_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// The counter, of 16, that counts a user: many sign-ups at once then rarely meet in one row.
fn shard(user_id: &str) -> i64 {
    user_id
        .chars()
        .next()
        .and_then(|first| first.to_digit(16))
        .map_or(0, i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_uuids_look_like_ids() {
        assert!(looks_like_id("34c84488-e0e1-70ae-d2ee-991ad1a898c8"));
        assert!(!looks_like_id("34C84488-e0e1-70ae-d2ee-991ad1a898c8"));
        assert!(!looks_like_id("34c84488-e0e1-70ae-d2ee-991ad1a898c"));
        assert!(!looks_like_id("34c84488xe0e1-70ae-d2ee-991ad1a898c8"));
    }

    #[test]
    fn users_are_counted_in_sixteen_rows() {
        assert_eq!(shard("f4c84488-e0e1-70ae-d2ee-991ad1a898c8"), 15);
        assert_eq!(shard("04c84488-e0e1-70ae-d2ee-991ad1a898c8"), 0);
    }
}
