//! `risk_profiles`: what earlier sign-ins of a user were like.

use super::rows::{Query, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, params};

/// Another sign-in of the user, or a word about one, changed the profile since it was read.
pub const PROFILE_STALE: Label = Label("risk_profile_stale");

// The user with an id or, for an id that nobody has, some other user, as `users::by_login_or_other` finds one.
const OF_USER_OR_OTHER: &str = "SELECT f.user_id, r.doc, r.ver, r.mac FROM (SELECT \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?2 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1)) AS user_id) f \
     LEFT JOIN risk_profiles r ON r.pool_id = ?1 AND r.user_id = f.user_id";
// The same for a name, as `users::by_login_or_other` finds its user.
const OF_LOGIN_OR_OTHER: &str = "SELECT f.user_id, r.doc, r.ver, r.mac FROM (SELECT COALESCE(n.own, n.other) AS user_id FROM \
     (SELECT (SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2) AS own, \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?3 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1)) AS other) n LIMIT 1) f \
     LEFT JOIN risk_profiles r ON r.pool_id = ?1 AND r.user_id = f.user_id";
const INSERT: &str = "INSERT INTO risk_profiles (pool_id, user_id, doc, ver, mac) VALUES (?1, ?2, ?3, 1, ?4) \
     ON CONFLICT (pool_id, user_id) DO NOTHING";
const REPLACE: &str = "UPDATE risk_profiles SET doc = ?3, ver = ver + 1, mac = ?4 \
     WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?5";
const FORGET: &str = "DELETE FROM risk_profiles WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A profile as it is stored, and whose it is.
    #[derive(Clone, Debug, Default)]
    pub struct ProfileRow {
        /// The user; None in a pool without users.
        pub user_id: Option<String>,
        /// JSON; None if nothing is known of the user.
        pub doc: Option<String>,
        /// Grows with every change.
        pub ver: Option<i64>,
        /// Over [`signed_row`].
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns what is signed of a profile.
#[must_use]
pub fn signed_row<'a>(user_id: &'a str, doc: &'a str) -> Signed<'a> {
    signed!("risk_profiles": user_id, doc)
}

/// Returns the query of the profile of a user or, for an id that nobody has, of some other user of the pool, so that an
/// unknown name costs what a user does, and is judged as users are. Its row is a [`ProfileRow`].
#[must_use]
pub fn of_user_or_other(pool_id: &str, subject: &str) -> Query {
    (OF_USER_OR_OTHER, params![pool_id, subject])
}

/// As [`of_user_or_other`], for a folded name; `other` chooses the other user where nobody has the name.
#[must_use]
pub fn of_login_or_other(pool_id: &str, folded: &str, other: &str) -> Query {
    (OF_LOGIN_OR_OTHER, params![pool_id, folded, other])
}

/// Sets the profile of a user. `before`: the version that was read, None if there was none; [`PROFILE_STALE`]. The batch must
/// require that the user is there.
pub fn put(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    before: Option<i64>,
    doc: &str,
    mac: Vec<u8>,
) -> Batch {
    match before {
        None => batch.one(INSERT, params![pool_id, user_id, doc, mac], PROFILE_STALE),
        Some(ver) => batch.one(
            REPLACE,
            params![pool_id, user_id, doc, mac, ver],
            PROFILE_STALE,
        ),
    }
}

/// Forgets a user who is deleted.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET, params![pool_id, user_id])
}
