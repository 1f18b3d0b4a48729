//! `identity_providers` and `idp_identifiers`: the providers that a pool trusts to sign users in, and their
//! identifiers.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The pool has a provider of that name.
pub const PROVIDER_EXISTS: Label = Label("provider_exists");
/// The provider has changed since it was read, or is gone.
pub const PROVIDER_STALE: Label = Label("provider_stale");
/// Another provider of the pool has the identifier.
pub const IDENTIFIER_TAKEN: Label = Label("idp_identifier_taken");

/// The columns of `identity_providers p` in the order that [`ProviderRow::read`] expects.
macro_rules! columns {
    () => {
        "p.name, p.provider_id, p.doc, p.sealed, p.created, p.modified, p.ver, p.mac, p.entity"
    };
}

const BY_NAME: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM identity_providers p WHERE p.pool_id = ?1 AND p.name = ?2"
);
const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM identity_providers p WHERE p.pool_id = ?1 AND p.provider_id = ?2"
);
const BY_IDENTIFIER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM idp_identifiers i CROSS JOIN identity_providers p WHERE i.pool_id = ?1 AND i.identifier = ?2 \
     AND p.pool_id = i.pool_id AND p.name = i.name"
);
const BY_DOMAIN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM idp_identifiers i CROSS JOIN identity_providers p WHERE i.pool_id = ?1 AND LOWER(i.identifier) = ?2 \
     AND p.pool_id = i.pool_id AND p.name = i.name ORDER BY p.name"
);
const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM identity_providers p WHERE p.pool_id = ?1 AND p.name > ?2 ORDER BY p.name LIMIT ?3"
);
const OF_ENTITY: &str =
    "SELECT pool_id, provider_id FROM identity_providers WHERE entity = ?1 LIMIT ?2";
const OF_ENTITY_IN: &str = "SELECT pool_id, provider_id FROM identity_providers WHERE entity = ?1 AND pool_id = ?3 LIMIT ?2";
const EXISTS: &str = "SELECT 1 FROM identity_providers WHERE pool_id = ?1 AND name = ?2";
const INSERT: &str = "INSERT INTO identity_providers (pool_id, name, provider_id, doc, sealed, created, modified, ver, mac, entity) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, ?7, ?8)";
const UPDATE: &str = "UPDATE identity_providers SET doc = ?4, sealed = ?5, modified = ?6, mac = ?7, entity = ?8, ver = ver + 1 \
     WHERE pool_id = ?1 AND provider_id = ?2 AND ver = ?3";
const DELETE: &str =
    "DELETE FROM identity_providers WHERE pool_id = ?1 AND provider_id = ?2 AND ver = ?3";
const FORGET: &str = "DELETE FROM idp_identifiers WHERE pool_id = ?1 AND name = ?2";
const IDENTIFY: &str =
    "INSERT INTO idp_identifiers (pool_id, identifier, name) VALUES (?1, ?2, ?3)";

rows! {
    /// A provider as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ProviderRow {
        /// Unique in the pool.
        pub name: String,
        /// Never used again.
        pub provider_id: String,
        /// JSON.
        pub doc: String,
        /// Sealed JSON map of the secret settings.
        pub sealed: Option<Vec<u8>>,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`ProviderRow::signed`].
        pub mac: Option<Vec<u8>>,
        /// A hash of the provider's own name in its SAML metadata; empty for others. The document says it, too.
        pub entity: String,
    }
}

rows! {
    /// A provider that has some name of its own.
    #[derive(Clone, Debug)]
    pub struct EntityRow {
        /// The pool.
        pub pool_id: String,
        /// The provider.
        pub provider_id: String,
    }
}

impl ProviderRow {
    /// Returns what is signed of a provider.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!(
            "identity_providers": &self.name,
            &self.provider_id,
            &self.doc,
            self.sealed.as_ref(),
        )
    }
}

/// Returns the query of the provider of exactly this name, whose row is a [`ProviderRow`].
#[must_use]
pub fn by_name(pool_id: &str, name: &str) -> Query {
    (BY_NAME, params![pool_id, name])
}

/// Returns the provider of exactly this name.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    name: &str,
) -> Result<Option<ProviderRow>, StoreError> {
    rows::one(store.first(by_name(pool_id, name)).await?)
}

/// Returns the provider of this id.
///
/// # Errors
/// [`StoreError`].
pub async fn by_id(
    store: &Store,
    pool_id: &str,
    provider_id: &str,
) -> Result<Option<ProviderRow>, StoreError> {
    rows::one(store.first((BY_ID, params![pool_id, provider_id])).await?)
}

/// Returns the provider with an identifier.
///
/// # Errors
/// [`StoreError`].
pub async fn by_identifier(
    store: &Store,
    pool_id: &str,
    identifier: &str,
) -> Result<Option<ProviderRow>, StoreError> {
    rows::one(
        store
            .first((BY_IDENTIFIER, params![pool_id, identifier]))
            .await?,
    )
}

/// Returns the providers that have an identifier in any case, one once for each of them. `lower`: in lower case.
///
/// # Errors
/// [`StoreError`].
pub async fn by_domain(
    store: &Store,
    pool_id: &str,
    lower: &str,
) -> Result<Vec<ProviderRow>, StoreError> {
    rows::all(store.all((BY_DOMAIN, params![pool_id, lower])).await?)
}

/// Returns up to `limit` providers whose own name has this hash, of a pool or of all.
///
/// # Errors
/// [`StoreError`].
pub async fn of_entity(
    store: &Store,
    entity: &str,
    pool_id: Option<&str>,
    limit: i64,
) -> Result<Vec<EntityRow>, StoreError> {
    let query = match pool_id {
        Some(pool_id) => (OF_ENTITY_IN, params![entity, limit, pool_id]),
        None => (OF_ENTITY, params![entity, limit]),
    };
    rows::all(store.all(query).await?)
}

/// Returns up to `limit` providers of a pool whose name is above `after`, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<ProviderRow>, StoreError> {
    rows::all(store.all((PAGE, params![pool_id, after, limit])).await?)
}

/// Returns the query that finds a row if the pool has a provider of that name.
#[must_use]
pub fn exists(pool_id: &str, name: &str) -> Query {
    (EXISTS, params![pool_id, name])
}

/// Adds a provider; [`PROVIDER_EXISTS`].
pub fn insert(batch: Batch, pool_id: &str, row: &ProviderRow) -> Batch {
    let params = params![
        pool_id,
        &row.name,
        &row.provider_id,
        &row.doc,
        row.sealed.as_ref(),
        row.created,
        row.mac.as_ref(),
        &row.entity
    ];
    batch.one(INSERT, params, PROVIDER_EXISTS)
}

/// Replaces the settings of version `row.ver`; [`PROVIDER_STALE`].
pub fn update(batch: Batch, pool_id: &str, row: &ProviderRow) -> Batch {
    let params = params![
        pool_id,
        &row.provider_id,
        row.ver,
        &row.doc,
        row.sealed.as_ref(),
        row.modified,
        row.mac.as_ref(),
        &row.entity
    ];
    batch.one(UPDATE, params, PROVIDER_STALE)
}

/// Deletes version `row.ver` with its identifiers; [`PROVIDER_STALE`]. Links through it mean nothing from then on.
pub fn delete(batch: Batch, pool_id: &str, row: &ProviderRow) -> Batch {
    batch
        .one(
            DELETE,
            params![pool_id, &row.provider_id, row.ver],
            PROVIDER_STALE,
        )
        .run(FORGET, params![pool_id, &row.name])
}

/// Replaces the identifiers of a provider; [`IDENTIFIER_TAKEN`]. The same batch must hold the provider's row.
pub fn identify(batch: Batch, pool_id: &str, name: &str, identifiers: &[String]) -> Batch {
    let batch = batch.run(FORGET, params![pool_id, name]);
    identifiers.iter().fold(batch, |batch, identifier| {
        batch.one(
            IDENTIFY,
            params![pool_id, identifier, name],
            IDENTIFIER_TAKEN,
        )
    })
}
