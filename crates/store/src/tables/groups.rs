//! `user_groups` and `group_members`: the groups of a pool and who is in them.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Row, Store, StoreError, params};

/// The pool has a group of that name, in whatever case.
pub const GROUP_EXISTS: Label = Label("group_exists");
/// The group is gone.
pub const GROUP_GONE: Label = Label("group_gone");
/// The group is gone or has changed since it was read.
pub const GROUP_STALE: Label = Label("group_stale");
/// The user is gone.
pub const MEMBER_GONE: Label = Label("member_gone");
/// The user is in the group already, or in as many groups as a user may be in.
pub const NOT_JOINED: Label = Label("group_not_joined");

/// The columns of `user_groups g` in the order that [`GroupRow::read`] expects.
macro_rules! columns {
    () => {
        "g.group_id, g.name, g.description, g.role, g.precedence, g.created, g.modified, g.ver, g.mac"
    };
}

const BY_NAME: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_groups g WHERE g.pool_id = ?1 AND g.name = ?2"
);
const BY_FOLDED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_groups g WHERE g.pool_id = ?1 AND g.folded = ?2"
);
const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_groups g WHERE g.pool_id = ?1 AND g.name > ?2 ORDER BY g.name LIMIT ?3"
);
const OF_USER: &str = concat!(
    "SELECT ",
    columns!(),
    ", m.mac FROM group_members m CROSS JOIN user_groups g WHERE m.pool_id = ?1 AND m.user_id = ?2 \
     AND g.pool_id = m.pool_id AND g.group_id = m.group_id"
);

/// The groups of one user, whom `$owner` selects; a row for a user without groups too. Memberships of groups that are no
/// more have rows without a group.
macro_rules! of_owner {
    ($owner:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", m.mac, f.owner FROM (",
            $owner,
            ") f LEFT JOIN group_members m ON m.pool_id = ?1 AND m.user_id = f.owner \
             LEFT JOIN user_groups g ON g.pool_id = m.pool_id AND g.group_id = m.group_id"
        )
    };
}
const OF_LOGIN_OR_OTHER: &str = of_owner!(
    "SELECT COALESCE(n.own, n.other, ?3) AS owner FROM \
     (SELECT (SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2) AS own, \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?3 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1)) AS other LIMIT 1) n LIMIT 1"
);
const OF_ID_OR_OTHER: &str = of_owner!(
    "SELECT COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?2 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1), ?2) AS owner LIMIT 1"
);
const INSERT: &str = "INSERT INTO user_groups \
     (pool_id, name, folded, group_id, description, role, precedence, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, ?9)";
const UPDATE: &str = "UPDATE user_groups SET description = ?4, role = ?5, precedence = ?6, modified = ?7, mac = ?8, \
     ver = ver + 1 WHERE pool_id = ?1 AND group_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM user_groups WHERE pool_id = ?1 AND group_id = ?2";
const EXISTS: &str = "SELECT 1 FROM user_groups WHERE pool_id = ?1 AND group_id = ?2";
// Changes nothing: batches that count the groups of one user wait here for each other.
const LOCK_USER: &str = "UPDATE users SET ver = ver WHERE pool_id = ?1 AND user_id = ?2";
const JOIN: &str = "INSERT INTO group_members (pool_id, group_id, user_id, mac) SELECT ?1, ?2, ?3, ?5 \
     WHERE (SELECT COUNT(*) FROM group_members m CROSS JOIN user_groups g WHERE m.pool_id = ?1 AND m.user_id = ?3 \
     AND g.pool_id = m.pool_id AND g.group_id = m.group_id) < ?4 ON CONFLICT DO NOTHING";
const LEAVE: &str =
    "DELETE FROM group_members WHERE pool_id = ?1 AND group_id = ?2 AND user_id = ?3";
const FORGET_USER: &str = "DELETE FROM group_members WHERE pool_id = ?1 AND user_id = ?2";
const SWEEP: &str = "DELETE FROM group_members WHERE pool_id = ?1 AND group_id = ?2 AND user_id IN \
     (SELECT user_id FROM group_members WHERE pool_id = ?1 AND group_id = ?2 ORDER BY user_id LIMIT 1000) \
     AND NOT EXISTS (SELECT 1 FROM user_groups WHERE pool_id = ?1 AND group_id = ?2) RETURNING user_id";

/// The number of rows that [`sweep`] deletes at a time.
pub const SWEEP_ROWS: usize = 1_000;

rows! {
    /// A group as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct GroupRow {
        /// Never used again.
        pub group_id: String,
        /// As first given.
        pub name: String,
        /// Free text.
        pub description: Option<String>,
        /// The ARN of an IAM role.
        pub role: Option<String>,
        /// 0 is the highest.
        pub precedence: Option<i64>,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change; 1 in a new group.
        pub ver: i64,
        /// Over [`GroupRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns what is signed of a membership.
#[must_use]
pub fn signed_member<'a>(group_id: &'a str, user_id: &'a str) -> Signed<'a> {
    signed!("group_members": group_id, user_id)
}

/// The column of [`of_user`] that holds the MAC of the membership.
pub const MEMBER_MAC: usize = 9;
/// The column of [`of_login_or_other`] and [`of_id_or_other`] that holds the id of the user.
pub const OWNER: usize = 10;

impl GroupRow {
    /// Returns what is signed of a group.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!(
            "user_groups": &self.name,
            &self.group_id,
            self.role.as_ref(),
            self.precedence,
        )
    }
}

/// Returns the group of exactly this name.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, pool_id: &str, name: &str) -> Result<Option<GroupRow>, StoreError> {
    rows::one(store.first((BY_NAME, params![pool_id, name])).await?)
}

/// Returns the query of the group whose name is this one without case.
#[must_use]
pub fn by_folded(pool_id: &str, folded: &str) -> Query {
    (BY_FOLDED, params![pool_id, folded])
}

/// Returns up to `limit` groups of a pool whose name is above `after`, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<GroupRow>, StoreError> {
    read(store.all(page_query(pool_id, after, limit)).await?)
}

/// Returns the query of [`page`].
#[must_use]
pub fn page_query(pool_id: &str, after: &str, limit: i64) -> Query {
    (PAGE, params![pool_id, after, limit])
}

/// Reads the rows of [`page_query`].
///
/// # Errors
/// [`StoreError`].
pub fn read(rows: Vec<Row>) -> Result<Vec<GroupRow>, StoreError> {
    rows::all(rows)
}

/// Returns the query of the groups of a user, in no order; [`MEMBER_MAC`] follows the columns of the group. A user is
/// in a hundred groups at most.
#[must_use]
pub fn of_user(pool_id: &str, user_id: &str) -> Query {
    (OF_USER, params![pool_id, user_id])
}

/// As [`of_user`], of the user with a folded name or, for an unknown one, of the user whom
/// [`users::by_login_or_other`](super::users::by_login_or_other) finds, so that an unknown name costs what a user's does.
/// [`OWNER`] tells whose they are, and is in a row of its own for a user without groups.
#[must_use]
pub fn of_login_or_other(pool_id: &str, folded: &str, other: &str) -> Query {
    (OF_LOGIN_OR_OTHER, params![pool_id, folded, other])
}

/// As [`of_login_or_other`], of the user with an id or, for one that nobody has, of some other user of the pool.
#[must_use]
pub fn of_id_or_other(pool_id: &str, id: &str) -> Query {
    (OF_ID_OR_OTHER, params![pool_id, id])
}

/// Adds a group; [`GROUP_EXISTS`]. `folded`: the name without case.
pub fn insert(batch: Batch, pool_id: &str, folded: &str, row: &GroupRow) -> Batch {
    batch.one(
        INSERT,
        params![
            pool_id,
            &row.name,
            folded,
            &row.group_id,
            row.description.as_ref(),
            row.role.as_ref(),
            row.precedence,
            row.created,
            row.mac.as_ref()
        ],
        GROUP_EXISTS,
    )
}

/// Replaces what may change of a group that is still at `row.ver`; [`GROUP_STALE`].
pub fn update(batch: Batch, pool_id: &str, row: &GroupRow) -> Batch {
    batch.one(
        UPDATE,
        params![
            pool_id,
            &row.group_id,
            row.ver,
            row.description.as_ref(),
            row.role.as_ref(),
            row.precedence,
            row.modified,
            row.mac.as_ref()
        ],
        GROUP_STALE,
    )
}

/// Deletes a group; [`GROUP_GONE`]. Its members' rows have no effect any more and stay until [`sweep`].
pub fn delete(batch: Batch, pool_id: &str, group_id: &str) -> Batch {
    batch.one(DELETE, params![pool_id, group_id], GROUP_GONE)
}

/// Puts a user into a group: [`MEMBER_GONE`], [`GROUP_GONE`], and [`NOT_JOINED`] when the user is in it already or in
/// `most` groups. `mac`: over [`signed_member`].
pub fn join(
    batch: Batch,
    pool_id: &str,
    group_id: &str,
    user_id: &str,
    most: i64,
    mac: Vec<u8>,
) -> Batch {
    batch
        .one(LOCK_USER, params![pool_id, user_id], MEMBER_GONE)
        .exists(EXISTS, params![pool_id, group_id], GROUP_GONE)
        .one(
            JOIN,
            params![pool_id, group_id, user_id, most, mac],
            NOT_JOINED,
        )
}

/// Removes a user from a group, if the user is in it.
pub fn leave(batch: Batch, pool_id: &str, group_id: &str, user_id: &str) -> Batch {
    batch.run(LEAVE, params![pool_id, group_id, user_id])
}

/// Removes a user from every group.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET_USER, params![pool_id, user_id])
}

/// Deletes up to [`SWEEP_ROWS`] memberships of a deleted group; the batch returns a row for each. A recovery may have
/// brought the group back, whose members then stay.
pub fn sweep(batch: Batch, pool_id: &str, group_id: &str) -> Batch {
    batch.returning(SWEEP, params![pool_id, group_id])
}
