//! `resource_servers`: the resource servers of a pool with their scopes.

use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, Store, StoreError, Value, params};

/// The pool has a resource server of that identifier.
pub const SERVER_EXISTS: Label = Label("resource_server_exists");
/// The resource server is gone.
pub const SERVER_GONE: Label = Label("resource_server_gone");

/// A resource server by pool and identifier; columns as [`ServerRow::read`] takes them.
pub const BY_IDENTIFIER: &str = "SELECT identifier, name, scopes, mac FROM resource_servers WHERE pool_id = ?1 AND identifier = ?2";
const PAGE: &str = "SELECT identifier, name, scopes, mac FROM resource_servers \
     WHERE pool_id = ?1 AND identifier > ?2 ORDER BY identifier LIMIT ?3";
const INSERT: &str = "INSERT INTO resource_servers (pool_id, identifier, name, scopes, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE resource_servers SET name = ?3, scopes = ?4, modified = ?5, mac = ?6, ver = ver + 1 \
     WHERE pool_id = ?1 AND identifier = ?2";
const DELETE: &str = "DELETE FROM resource_servers WHERE pool_id = ?1 AND identifier = ?2";

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

impl ServerRow {
    /// Takes a row of [`BY_IDENTIFIER`].
    ///
    /// # Errors
    /// [`StoreError::Column`] on a row of another shape.
    pub fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            identifier: row.take_text(0)?,
            name: row.take_text(1)?,
            scopes: row.take_text(2)?,
            mac: row.take_opt_bytes(3)?,
        })
    }

    /// What is signed of a resource server.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("resource_servers": &self.identifier, &self.name, &self.scopes)
    }
}

/// [`BY_IDENTIFIER`] with its parameters, for use among others in one `Store::read`.
#[must_use]
pub fn by_identifier(pool_id: &str, identifier: &str) -> (&'static str, Vec<Value>) {
    (BY_IDENTIFIER, params![pool_id, identifier])
}

/// The resource server of that identifier.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    identifier: &str,
) -> Result<Option<ServerRow>, StoreError> {
    let (sql, params) = by_identifier(pool_id, identifier);
    store
        .row(sql, params)
        .await?
        .map(ServerRow::read)
        .transpose()
}

/// Up to `limit` resource servers of a pool whose identifier is above `after`, by identifier.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<ServerRow>, StoreError> {
    let rows = store.rows(PAGE, params![pool_id, after, limit]).await?;
    rows.into_iter().map(ServerRow::read).collect()
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

/// Takes a resource server away; [`SERVER_GONE`].
pub fn delete(batch: Batch, pool_id: &str, identifier: &str) -> Batch {
    batch.one(DELETE, params![pool_id, identifier], SERVER_GONE)
}
