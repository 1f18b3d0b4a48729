//! `provider_links`: the outside identities that sign in as users of a pool.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

/// The identity is linked already.
pub const LINK_EXISTS: Label = Label("provider_link_exists");
/// The link is gone.
pub const LINK_GONE: Label = Label("provider_link_gone");

const OWNER: &str = "SELECT user_id, attribute, value, mac FROM provider_links WHERE pool_id = ?1 AND provider_id = ?2 AND link_key = ?3";
// A link through a provider that was deleted is none.
const OF_USER: &str = "SELECT l.provider_id, p.name, l.attribute, l.value, l.created \
     FROM provider_links l CROSS JOIN identity_providers p \
     WHERE l.pool_id = ?1 AND l.user_id = ?2 AND p.pool_id = l.pool_id AND p.provider_id = l.provider_id \
     ORDER BY l.created, l.link_key";
const INSERT: &str = "INSERT INTO provider_links (pool_id, provider_id, link_key, user_id, attribute, value, created, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const DELETE: &str = "DELETE FROM provider_links \
     WHERE pool_id = ?1 AND provider_id = ?2 AND link_key = ?3 AND user_id = ?4";
const FORGET_USER: &str = "DELETE FROM provider_links WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A link of a user.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct LinkRow {
        /// Through which provider.
        pub provider_id: String,
        /// The provider's name.
        pub provider: String,
        /// The attribute by which the provider identifies the user: the subject or a mapped attribute.
        pub attribute: String,
        /// Its value.
        pub value: String,
        /// Microseconds.
        pub created: i64,
    }
}

/// Returns what is signed of a link.
#[must_use]
pub fn signed<'a>(
    provider_id: &'a str,
    link_key: &'a str,
    user_id: &'a str,
    attribute: &'a str,
    value: &'a str,
) -> Signed<'a> {
    signed!("provider_links": provider_id, link_key, user_id, attribute, value)
}

rows! {
    /// The user of a link.
    pub struct OwnerRow {
        /// The user.
        pub user_id: String,
        /// The attribute by which the provider identifies the user.
        pub attribute: String,
        /// Its value.
        pub value: String,
        /// Over [`signed`].
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns the id of the user that an identity is linked to.
///
/// # Errors
/// [`StoreError`].
pub async fn owner(
    store: &Store,
    pool_id: &str,
    provider_id: &str,
    link_key: &str,
) -> Result<Option<OwnerRow>, StoreError> {
    rows::one(
        store
            .first((OWNER, params![pool_id, provider_id, link_key]))
            .await?,
    )
}

/// Returns the links of a user, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_user(
    store: &Store,
    pool_id: &str,
    user_id: &str,
) -> Result<Vec<LinkRow>, StoreError> {
    rows::all(store.all((OF_USER, params![pool_id, user_id])).await?)
}

/// Adds a link; [`LINK_EXISTS`]. The same batch must change the user's row, which keeps the number of links bounded.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    link_key: &str,
    row: &LinkRow,
    mac: Vec<u8>,
) -> Batch {
    let params = params![
        pool_id,
        &row.provider_id,
        link_key,
        user_id,
        &row.attribute,
        &row.value,
        row.created,
        mac
    ];
    batch.one(INSERT, params, LINK_EXISTS)
}

/// Deletes a link; [`LINK_GONE`].
pub fn delete(
    batch: Batch,
    pool_id: &str,
    provider_id: &str,
    link_key: &str,
    user_id: &str,
) -> Batch {
    batch.one(
        DELETE,
        params![pool_id, provider_id, link_key, user_id],
        LINK_GONE,
    )
}

/// Deletes every link of a user.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET_USER, params![pool_id, user_id])
}
