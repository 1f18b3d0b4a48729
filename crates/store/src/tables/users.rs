//! `users`, `logins`, `user_attrs`, `tombstones`, `user_counts`: the users of a pool, the one namespace of their names
//! and aliases, and the index that ListUsers searches.

use std::collections::BTreeMap;

use super::rows::rows;
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, params};

/// The row was changed since it was read.
pub const USER_STALE: Label = Label("user_stale");
/// The id of a new user is or was another's.
pub const ID_TAKEN: Label = Label("user_id_taken");

/// The columns of `users u` in the order that [`UserRow::read`] expects.
macro_rules! columns {
    () => {
        "u.user_id, u.username, u.status, u.enabled, u.doc, u.credential, u.created, u.modified, u.ver, u.mac"
    };
}

const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id = ?2"
);

const BY_LOGIN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM logins l CROSS JOIN users u WHERE l.pool_id = ?1 AND l.name = ?2 AND u.pool_id = l.pool_id AND u.user_id = l.user_id"
);

const BY_LOGIN_OR_OTHER: &str = concat!(
    "SELECT ",
    columns!(),
    ", f.own FROM (SELECT (SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2) AS own, \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?3 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1)) AS other LIMIT 1) f \
     CROSS JOIN users u WHERE u.pool_id = ?1 AND u.user_id = COALESCE(f.own, f.other)"
);

const BY_ID_OR_OTHER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id = \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?2 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1))"
);

/// The column of [`by_login_or_other`] that is NULL for a name that no user has.
pub const BY_LOGIN_OWNER: usize = 10;

const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id > ?2 ORDER BY u.user_id LIMIT ?3"
);

const PAGE_BY_ID_PREFIX: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u WHERE u.pool_id = ?1 AND u.user_id > ?2 AND u.user_id < ?3 ORDER BY u.user_id LIMIT ?4"
);

const PAGE_EQUAL: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.value FROM user_attrs a CROSS JOIN users u \
     WHERE a.pool_id = ?1 AND a.attr = ?2 AND a.value = ?3 AND a.user_id > ?4 \
     AND u.pool_id = a.pool_id AND u.user_id = a.user_id ORDER BY a.user_id LIMIT ?5"
);

const PAGE_BELOW: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.value FROM user_attrs a CROSS JOIN users u \
     WHERE a.pool_id = ?1 AND a.attr = ?2 AND (a.value, a.user_id) > (?3, ?4) AND a.value < ?5 \
     AND u.pool_id = a.pool_id AND u.user_id = a.user_id ORDER BY a.value, a.user_id LIMIT ?6"
);

const PAGE_AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.value FROM user_attrs a CROSS JOIN users u \
     WHERE a.pool_id = ?1 AND a.attr = ?2 AND (a.value, a.user_id) > (?3, ?4) \
     AND u.pool_id = a.pool_id AND u.user_id = a.user_id ORDER BY a.value, a.user_id LIMIT ?5"
);

const PAGE_OF_GROUP: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM group_members m CROSS JOIN users u WHERE m.pool_id = ?1 AND m.group_id = ?2 AND m.user_id > ?3 \
     AND u.pool_id = m.pool_id AND u.user_id = m.user_id ORDER BY m.user_id LIMIT ?4"
);

/// The column of [`page_equal`], [`page_below`] and [`page_after`] that holds the indexed value.
pub const PAGE_VALUE: usize = 10;

const KIND_OF_LOGIN: &str = "SELECT kind FROM logins WHERE pool_id = ?1 AND name = ?2";
const FOREIGN_CREDENTIALS: &str =
    "SELECT COUNT(*) FROM users WHERE pool_id = ?1 AND LENGTH(credential) <> ?2";
const CREDENTIAL_LENGTHS: &str = "SELECT user_id, LENGTH(credential) FROM users \
     WHERE pool_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3";

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
// One row if the name is free or the user's own already; none if it is another's.
const FILL_LOGIN: &str = "INSERT INTO logins (pool_id, name, kind, user_id) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (pool_id, name) DO UPDATE SET kind = excluded.kind WHERE logins.user_id = excluded.user_id";
const OWNER: &str = "SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2";
const NAMES_BETWEEN: &str = "DELETE FROM logins WHERE pool_id = ?1 AND name IN \
     (SELECT name FROM logins WHERE pool_id = ?1 AND name >= ?2 AND name < ?3 ORDER BY name LIMIT ?4) RETURNING kind";
const NAMES_OUTSIDE: &str = "DELETE FROM logins WHERE pool_id = ?1 AND name IN \
     (SELECT name FROM logins WHERE pool_id = ?1 AND (name < ?2 OR name >= ?3) ORDER BY name LIMIT ?4) RETURNING kind";
const RENAME: &str =
    "UPDATE users SET username = ?4 WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3";
const DELETE_LOGIN: &str = "DELETE FROM logins WHERE pool_id = ?1 AND name = ?2 AND user_id = ?3";
const DELETE_LOGIN_OF_OTHERS: &str =
    "DELETE FROM logins WHERE pool_id = ?1 AND name = ?2 AND kind = ?3 AND user_id <> ?4";
const DELETE_LOGINS: &str = "DELETE FROM logins WHERE pool_id = ?1 AND user_id = ?2";
const INSERT_ATTR: &str =
    "INSERT INTO user_attrs (pool_id, attr, value, user_id) VALUES (?1, ?2, ?3, ?4)";
const DELETE_ATTR: &str =
    "DELETE FROM user_attrs WHERE pool_id = ?1 AND attr = ?2 AND value = ?3 AND user_id = ?4";

rows! {
    /// A row of `users`, without the pool's id.
    pub struct UserRow {
        /// The immutable id.
        pub user_id: String,
        /// Display text of the name.
        pub username: String,
        /// The API's name of the status.
        pub status: String,
        /// True if the user may sign in.
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
}

impl UserRow {
    /// Returns what is signed of a user.
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

/// Returns the query of the user with an id.
#[must_use]
pub fn by_id(pool_id: &str, user_id: &str) -> Query {
    (BY_ID, params![pool_id, user_id])
}

/// Returns the query of the user with a name or alias; `folded` as `users::names::fold` of the domain returns it.
#[must_use]
pub fn by_login(pool_id: &str, folded: &str) -> Query {
    (BY_LOGIN, params![pool_id, folded])
}

/// Returns the query of the user with a folded name or, for an unknown one, of some other user of the pool, so that an
/// unknown name costs what a user's does. `other` chooses the other user; the column [`BY_LOGIN_OWNER`] tells which it
/// is.
#[must_use]
pub fn by_login_or_other(pool_id: &str, folded: &str, other: &str) -> Query {
    (BY_LOGIN_OR_OTHER, params![pool_id, folded, other])
}

/// Returns the query of the user with an id or, for one that nobody has, of some other user of the pool.
#[must_use]
pub fn by_id_or_other(pool_id: &str, id: &str) -> Query {
    (BY_ID_OR_OTHER, params![pool_id, id])
}

/// Returns the query of the tombstone of an id: a row says that a user had it.
#[must_use]
pub fn buried(pool_id: &str, user_id: &str) -> Query {
    (BURIED, params![pool_id, user_id])
}

/// Returns the query of up to `limit` users of a pool after an id, by id.
#[must_use]
pub fn page(pool_id: &str, after: &str, limit: i64) -> Query {
    (PAGE, params![pool_id, after, limit])
}

/// Returns the query of the ids and the lengths of the sealed credentials of up to `limit` users after an id, by id.
#[must_use]
pub fn credential_lengths(pool_id: &str, after: &str, limit: i64) -> Query {
    (CREDENTIAL_LENGTHS, params![pool_id, after, limit])
}

/// Returns the query of up to `limit` users between two ids, both exclusive, by id.
#[must_use]
pub fn page_by_id_prefix(pool_id: &str, after: &str, below: &str, limit: i64) -> Query {
    (PAGE_BY_ID_PREFIX, params![pool_id, after, below, limit])
}

/// Returns the query of up to `limit` users after an id who have that value of an attribute, by id.
#[must_use]
pub fn page_equal(pool_id: &str, attr: &str, value: &str, after: &str, limit: i64) -> Query {
    (PAGE_EQUAL, params![pool_id, attr, value, after, limit])
}

/// Returns the query of up to `limit` users whose value of an attribute lies after (value, id) and below a bound, by
/// value.
#[must_use]
pub fn page_below(
    pool_id: &str,
    attr: &str,
    (value, after): (&str, &str),
    below: &str,
    limit: i64,
) -> Query {
    let params = params![pool_id, attr, value, after, below, limit];
    (PAGE_BELOW, params)
}

/// Returns the query of [`page_below`] without a bound.
#[must_use]
pub fn page_after(pool_id: &str, attr: &str, (value, after): (&str, &str), limit: i64) -> Query {
    (PAGE_AFTER, params![pool_id, attr, value, after, limit])
}

/// Returns the query of up to `limit` users of a group after an id, by id. The group itself is not read.
#[must_use]
pub fn page_of_group(pool_id: &str, group_id: &str, after: &str, limit: i64) -> Query {
    (PAGE_OF_GROUP, params![pool_id, group_id, after, limit])
}

/// Returns the query of the kind of a folded name, if some user has it.
#[must_use]
pub fn kind_of_login(pool_id: &str, folded: &str) -> Query {
    (KIND_OF_LOGIN, params![pool_id, folded])
}

/// Returns the query of how many users of a pool have a sealed credential of another length than `native`, in bytes. It
/// reads every user.
#[must_use]
pub fn foreign_credentials(pool_id: &str, native: i64) -> Query {
    (FOREIGN_CREDENTIALS, params![pool_id, native])
}

/// Inserts a user whose id was never used before ([`ID_TAKEN`]) and counts it.
pub fn insert(batch: Batch, pool_id: &str, row: &UserRow) -> Batch {
    insert_uncounted(batch, pool_id, row).run(COUNT, params![pool_id, shard(&row.user_id), 1_i64])
}

/// Inserts a user whose id was never used before ([`ID_TAKEN`]); the same batch must [`count`] it.
pub fn insert_uncounted(batch: Batch, pool_id: &str, row: &UserRow) -> Batch {
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
}

/// Counts users that were inserted. The counters are always locked in one order, so that two batches cannot wait for each
/// other.
pub fn count<'a>(batch: Batch, pool_id: &str, user_ids: impl Iterator<Item = &'a str>) -> Batch {
    let mut shards = BTreeMap::new();
    for id in user_ids {
        *shards.entry(shard(id)).or_insert(0_i64) += 1;
    }
    shards.into_iter().fold(batch, |batch, (shard, n)| {
        batch.run(COUNT, params![pool_id, shard, n])
    })
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

/// Deletes a user that is still at `ver` ([`USER_STALE`]) with its names, and adds a tombstone for the id. The caller
/// deletes the searched attributes, because it knows their values.
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, ver: i64, now: i64) -> Batch {
    batch
        .one(DELETE, params![pool_id, user_id, ver], USER_STALE)
        .run(BURY, params![pool_id, user_id, now])
        .run(DELETE_LOGINS, params![pool_id, user_id])
        .run(COUNT, params![pool_id, shard(user_id), -1_i64])
}

/// Adds a free name or alias of a user. `taken` also when the name is the id of another user, who would otherwise be
/// found under it.
pub fn insert_login(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    name: &str,
    kind: &str,
    taken: Label,
) -> Batch {
    take_login(batch, pool_id, user_id, (name, name), kind, taken)
}

/// As [`insert_login`], for a key that is not the folded text itself: both.
pub fn take_login(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    name: (&str, &str),
    kind: &str,
    taken: Label,
) -> Batch {
    let batch = no_id(batch, pool_id, user_id, name.1, taken);
    batch.one(INSERT_LOGIN, params![pool_id, name.0, kind, user_id], taken)
}

/// As [`take_login`], for a name that may be there already.
pub fn fill_login(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    name: (&str, &str),
    kind: &str,
    taken: Label,
) -> Batch {
    let batch = no_id(batch, pool_id, user_id, name.1, taken);
    batch.one(FILL_LOGIN, params![pool_id, name.0, kind, user_id], taken)
}

fn no_id(batch: Batch, pool_id: &str, user_id: &str, folded: &str, taken: Label) -> Batch {
    if folded != user_id && looks_like_id(folded) {
        batch.none(USER_EXISTS, params![pool_id, folded], taken)
    } else {
        batch
    }
}

/// Returns the query of the id of the user who has a name.
#[must_use]
pub fn owner(pool_id: &str, name: &str) -> Query {
    (OWNER, params![pool_id, name])
}

/// Deletes up to `limit` names of a pool from `from` on and below `below`; a row of the outcome for each.
pub fn delete_names_between(
    batch: Batch,
    pool_id: &str,
    from: &str,
    below: &str,
    limit: i64,
) -> Batch {
    batch.returning(NAMES_BETWEEN, params![pool_id, from, below, limit])
}

/// Deletes up to `limit` names of a pool that are not between these; a row of the outcome for each.
pub fn delete_names_outside(
    batch: Batch,
    pool_id: &str,
    from: &str,
    below: &str,
    limit: i64,
) -> Batch {
    batch.returning(NAMES_OUTSIDE, params![pool_id, from, below, limit])
}

/// Changes the name of a user that is still at `ver` ([`USER_STALE`]); [`update`] in the same batch signs the row.
pub fn rename(batch: Batch, pool_id: &str, user_id: &str, ver: i64, username: &str) -> Batch {
    batch.one(RENAME, params![pool_id, user_id, ver, username], USER_STALE)
}

/// Deletes all names of a user.
pub fn delete_logins(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_LOGINS, params![pool_id, user_id])
}

/// Deletes a name or alias of a user, if it is still theirs; see [`delete_login_of_others`].
pub fn delete_login(batch: Batch, pool_id: &str, user_id: &str, name: &str) -> Batch {
    batch.run(DELETE_LOGIN, params![pool_id, name, user_id])
}

/// Deletes a name of this kind that a user other than `user_id` has.
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

/// True if a text has the shape of a user id: five groups of hexadecimal digits in lower case.
#[must_use]
pub fn looks_like_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Adds to the number of users.
pub(super) fn add_to_count(batch: Batch, pool_id: &str, shard: i64, by: i64) -> Batch {
    batch.run(COUNT, params![pool_id, shard, by])
}

/// Returns the counter, of 16, that counts a user: many sign-ups at once then rarely meet in one row.
pub(super) fn shard(user_id: &str) -> i64 {
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
