//! `provider_sessions`: what a sign-out needs of sign-ins through providers of SAML. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Query, Store, StoreError, params};

const OF_SESSION: &str = "SELECT session_id, user_id, name_key, index_key, sealed, created, mac FROM provider_sessions \
     WHERE pool_id = ?1 AND session_id = ?2";
const OF_NAME: &str = "SELECT session_id, user_id, name_key, index_key, sealed, created, mac FROM provider_sessions \
     WHERE pool_id = ?1 AND name_key = ?2 LIMIT ?3";
const OF_INDEX: &str = "SELECT session_id, user_id, name_key, index_key, sealed, created, mac FROM provider_sessions \
     WHERE pool_id = ?1 AND name_key = ?2 AND index_key = ?4 LIMIT ?3";
const INSERT: &str = "INSERT INTO provider_sessions (pool_id, session_id, user_id, name_key, index_key, sealed, created, expires, \
     bucket, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const PROLONG: &str = "UPDATE provider_sessions SET expires = ?3 WHERE pool_id = ?1 AND session_id = ?2 AND expires < ?3";
const DELETE: &str = "DELETE FROM provider_sessions WHERE pool_id = ?1 AND session_id = ?2";
const DELETE_OF_USER: &str = "DELETE FROM provider_sessions WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A sign-in's columns besides its end, which grows with the token sessions that come out of it.
    #[derive(Clone, Debug)]
    pub struct ProviderSessionRow {
        /// The name of the browser's session.
        pub session_id: String,
        /// The user.
        pub user_id: String,
        /// A MAC of the provider and of its name of the user.
        pub name_key: String,
        /// A MAC of the provider's session; empty without one.
        pub index_key: String,
        /// The domain's.
        pub sealed: Vec<u8>,
        /// Microseconds.
        pub created: i64,
        /// Over [`ProviderSessionRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl ProviderSessionRow {
    /// Returns what is signed of a sign-in.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!(
            "provider_sessions": &self.session_id,
            &self.user_id,
            &self.name_key,
            &self.index_key,
            &self.sealed,
            self.created,
        )
    }
}

/// Returns the query of the sign-in that began a browser's session.
#[must_use]
pub fn of_session(pool_id: &str, session_id: &str) -> Query {
    (OF_SESSION, params![pool_id, session_id])
}

/// Returns sign-ins of a provider's user, at most `limit`; those of one of its sessions alone, if one is named.
///
/// # Errors
/// [`StoreError`].
pub async fn of_name(
    store: &Store,
    pool_id: &str,
    name_key: &str,
    index_key: Option<&str>,
    limit: i64,
) -> Result<Vec<ProviderSessionRow>, StoreError> {
    let query = match index_key {
        Some(index_key) => (OF_INDEX, params![pool_id, name_key, limit, index_key]),
        None => (OF_NAME, params![pool_id, name_key, limit]),
    };
    rows::all(store.all(query).await?)
}

/// Adds a sign-in. `expires`: the end of what can come out of its browser's session.
pub fn insert(batch: Batch, pool_id: &str, row: &ProviderSessionRow, expires: i64) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            &row.session_id,
            &row.user_id,
            &row.name_key,
            &row.index_key,
            &row.sealed,
            row.created,
            expires,
            super::sessions::bucket(&row.session_id),
            row.mac.as_ref()
        ],
    )
}

/// Keeps a sign-in, if it is there, until a token session ends that came out of it.
pub fn prolong(batch: Batch, pool_id: &str, session_id: &str, expires: i64) -> Batch {
    batch.run(PROLONG, params![pool_id, session_id, expires])
}

/// Forgets a sign-in if it is there.
pub fn delete(batch: Batch, pool_id: &str, session_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, session_id])
}

/// Forgets every sign-in of a user.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}
