//! `resource_servers`: the resource servers of a pool with their scopes.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The pool has a resource server of that identifier.
pub const SERVER_EXISTS: Label = Label("resource_server_exists");
/// The resource server is gone.
pub const SERVER_GONE: Label = Label("resource_server_gone");

const BY_IDENTIFIER: &str = "SELECT identifier, name, scopes, mac FROM resource_servers WHERE pool_id = ?1 AND identifier = ?2";
const PAGE: &str = "SELECT identifier, name, scopes, mac FROM resource_servers \
     WHERE pool_id = ?1 AND identifier > ?2 ORDER BY identifier LIMIT ?3";
const INSERT: &str = "INSERT INTO resource_servers (pool_id, identifier, name, scopes, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE resource_servers SET name = ?3, scopes = ?4, modified = ?5, mac = ?6, ver = ver + 1 \
     WHERE pool_id = ?1 AND identifier = ?2";
const DELETE: &str = "DELETE FROM resource_servers WHERE pool_id = ?1 AND identifier = ?2";

rows! {
    /// A resource server as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ServerRow {
        /// Unique in the pool, immutable.
        pub identifier: String,
        /// For people.
        pub name: String,
        /// JSON list.
        pub scopes: String,
        /// Over [`ServerRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl ServerRow {
    /// Returns what is signed of a resource server.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("resource_servers": &self.identifier, &self.name, &self.scopes)
    }
}

/// Returns the query of the resource server of that identifier.
#[must_use]
pub fn by_identifier(pool_id: &str, identifier: &str) -> Query {
    (BY_IDENTIFIER, params![pool_id, identifier])
}

/// Returns the resource server of that identifier.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    identifier: &str,
) -> Result<Option<ServerRow>, StoreError> {
    let (sql, params) = by_identifier(pool_id, identifier);
    rows::one(store.first((sql, params)).await?)
}

/// Returns up to `limit` resource servers of a pool whose identifier is above `after`, by identifier.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<ServerRow>, StoreError> {
    rows::all(store.all((PAGE, params![pool_id, after, limit])).await?)
}

/// Adds a resource server; [`SERVER_EXISTS`].
pub fn insert(batch: Batch, pool_id: &str, row: &ServerRow, now: i64) -> Batch {
    let params = params![
        pool_id,
        &row.identifier,
        &row.name,
        &row.scopes,
        now,
        row.mac.as_ref()
    ];
    batch.one(INSERT, params, SERVER_EXISTS)
}

/// Replaces name and scopes; [`SERVER_GONE`].
pub fn update(batch: Batch, pool_id: &str, row: &ServerRow, now: i64) -> Batch {
    let params = params![
        pool_id,
        &row.identifier,
        &row.name,
        &row.scopes,
        now,
        row.mac.as_ref()
    ];
    batch.one(UPDATE, params, SERVER_GONE)
}

/// Deletes a resource server; [`SERVER_GONE`].
pub fn delete(batch: Batch, pool_id: &str, identifier: &str) -> Batch {
    batch.one(DELETE, params![pool_id, identifier], SERVER_GONE)
}
