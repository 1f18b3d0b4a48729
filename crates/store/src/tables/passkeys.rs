//! `passkeys`: the public keys with which users sign in.
//!
//! A credential id is unique in its pool. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The passkey is registered already, for this user or another.
pub const PASSKEY_EXISTS: Label = Label("passkey_exists");
/// The passkey is not there, or was used since it was read.
pub const PASSKEY_GONE: Label = Label("passkey_gone");
/// The user has [`MOST`] passkeys.
pub const PASSKEYS_FULL: Label = Label("passkeys_full");

/// The largest number of passkeys of a user (auth.md 4.5); [`FULL`] repeats the number.
pub const MOST: usize = 20;

const OF_USER: &str = "SELECT credential_id, rp_id, public_key, sign_count, doc, created, mac, user_id FROM passkeys \
     WHERE pool_id = ?1 AND user_id = ?2 ORDER BY created, credential_id";
// As `users::by_login_or_other` finds the user.
const OF_LOGIN_OR_OTHER: &str = "SELECT p.credential_id, p.rp_id, p.public_key, p.sign_count, p.doc, p.created, p.mac, p.user_id \
     FROM (SELECT (SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2) AS own, \
     COALESCE((SELECT user_id FROM users WHERE pool_id = ?1 AND user_id >= ?3 ORDER BY user_id LIMIT 1), \
     (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 1)) AS other LIMIT 1) f \
     CROSS JOIN passkeys p WHERE p.pool_id = ?1 AND p.user_id = COALESCE(f.own, f.other) ORDER BY p.created, p.credential_id";
const PAGE: &str = "SELECT credential_id, rp_id, public_key, sign_count, doc, created, mac FROM passkeys \
     WHERE pool_id = ?1 AND user_id = ?2 AND (created > ?3 OR created = ?3 AND credential_id > ?4) \
     ORDER BY created, credential_id LIMIT ?5";
const OWNER: &str = "SELECT user_id FROM passkeys WHERE pool_id = ?1 AND credential_id = ?2";
const FULL: &str = "SELECT 1 FROM passkeys WHERE pool_id = ?1 AND user_id = ?2 LIMIT 1 OFFSET 19";
const INSERT: &str = "INSERT INTO passkeys (pool_id, credential_id, user_id, rp_id, public_key, sign_count, doc, created, used, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)";
const USED: &str = "UPDATE passkeys SET sign_count = ?5, used = ?6, mac = ?7 \
     WHERE pool_id = ?1 AND credential_id = ?2 AND user_id = ?3 AND sign_count = ?4";
const DELETE: &str =
    "DELETE FROM passkeys WHERE pool_id = ?1 AND credential_id = ?2 AND user_id = ?3";
const FORGET_USER: &str = "DELETE FROM passkeys WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A passkey as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PasskeyRow {
        /// base64url.
        pub credential_id: String,
        /// The relying party for which it was made.
        pub rp_id: String,
        /// COSE.
        pub public_key: Vec<u8>,
        /// The authenticator's signature counter at the last use.
        pub sign_count: i64,
        /// JSON.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Over [`PasskeyRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl PasskeyRow {
    /// Returns what is signed of a passkey of the user.
    #[must_use]
    pub fn signed<'a>(&'a self, user_id: &'a str) -> Signed<'a> {
        signed!(
            "passkeys": &self.credential_id,
            user_id,
            &self.rp_id,
            &self.public_key,
            self.sign_count,
            &self.doc,
        )
    }
}

/// The column of [`of_user`] and [`of_login_or_other`] that holds the id of the user.
pub const USER: usize = 7;

/// Returns the query of all passkeys of a user, the oldest first; [`USER`] follows the columns of the passkey.
#[must_use]
pub fn of_user(pool_id: &str, user_id: &str) -> Query {
    (OF_USER, params![pool_id, user_id])
}

/// Returns the query of all passkeys of the user with a folded name or, for an unknown one, of the user whom
/// [`users::by_login_or_other`](super::users::by_login_or_other) finds; else as [`of_user`].
#[must_use]
pub fn of_login_or_other(pool_id: &str, folded: &str, other: &str) -> Query {
    (OF_LOGIN_OR_OTHER, params![pool_id, folded, other])
}

/// Returns the query of the id of the user who has a passkey. The passkey's own row, read for that user, decides.
#[must_use]
pub fn owner(pool_id: &str, credential_id: &str) -> Query {
    (OWNER, params![pool_id, credential_id])
}

/// Returns up to `limit` passkeys of a user after the one that was made at `created` under the id `after`, the oldest
/// first.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    (created, after): (i64, &str),
    limit: i64,
) -> Result<Vec<PasskeyRow>, StoreError> {
    rows::all(
        store
            .all((PAGE, params![pool_id, user_id, created, after, limit]))
            .await?,
    )
}

/// Adds a passkey; [`PASSKEYS_FULL`], [`PASSKEY_EXISTS`]. Something earlier in the batch must make the batches of one
/// user wait for each other, or both of two may find the last place free.
pub fn insert(batch: Batch, pool_id: &str, user_id: &str, row: &PasskeyRow) -> Batch {
    batch
        .none(FULL, params![pool_id, user_id], PASSKEYS_FULL)
        .one(
            INSERT,
            params![
                pool_id,
                &row.credential_id,
                user_id,
                &row.rp_id,
                row.public_key.clone(),
                row.sign_count,
                &row.doc,
                row.created,
                row.mac.as_ref()
            ],
            PASSKEY_EXISTS,
        )
}

/// Notes a sign-in at `now` with a passkey: `after` is the row with what its authenticator has counted to since, and
/// with its MAC, `before` what it had counted to when the row was read; [`PASSKEY_GONE`].
pub fn used(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    before: i64,
    after: &PasskeyRow,
    now: i64,
) -> Batch {
    batch.one(
        USED,
        params![
            pool_id,
            &after.credential_id,
            user_id,
            before,
            after.sign_count,
            now,
            after.mac.as_ref()
        ],
        PASSKEY_GONE,
    )
}

/// Deletes a passkey of its user; [`PASSKEY_GONE`].
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, credential_id: &str) -> Batch {
    batch.one(
        DELETE,
        params![pool_id, credential_id, user_id],
        PASSKEY_GONE,
    )
}

/// Deletes every passkey of a user.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET_USER, params![pool_id, user_id])
}
