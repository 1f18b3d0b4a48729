//! `clients` and `client_pools`: one row an app client, and which pool a client id belongs to.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

/// A client of some pool has the id.
pub const CLIENT_EXISTS: Label = Label("client_exists");
/// The row has changed since it was read, or is gone, or is there though it was not expected to be.
pub const CLIENT_STALE: Label = Label("client_stale");

const BY_ID: &str = "SELECT c.pool_id, c.client_id, c.doc, c.sealed, c.created, c.modified, c.ver, c.mac \
    FROM client_pools p JOIN clients c ON c.pool_id = p.pool_id AND c.client_id = p.client_id WHERE p.client_id = ?1";

const CLAIM: &str = "INSERT INTO client_pools (client_id, pool_id) VALUES (?1, ?2) ON CONFLICT (client_id) DO NOTHING";
const INSERT: &str = "INSERT INTO clients (pool_id, client_id, doc, sealed, created, modified, ver, mac) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6)";
const UPDATE: &str = "UPDATE clients SET doc = ?4, modified = ?5, mac = ?6, ver = ver + 1 \
    WHERE pool_id = ?1 AND client_id = ?2 AND ver = ?3";
const SET_SECRETS: &str = "UPDATE clients SET sealed = ?4, modified = ?5, mac = ?6, ver = ver + 1 \
    WHERE pool_id = ?1 AND client_id = ?2 AND ver = ?3";
const REPLACE: &str = "UPDATE clients SET doc = ?4, sealed = ?5, modified = ?6, mac = ?7, ver = ver + 1 \
    WHERE pool_id = ?1 AND client_id = ?2 AND ver = ?3";
const AT: &str = "SELECT 1 FROM clients WHERE pool_id = ?1 AND client_id = ?2 AND ver = ?3";
const ANY: &str = "SELECT 1 FROM clients WHERE pool_id = ?1 AND client_id = ?2";
const DELETE: &str = "DELETE FROM clients WHERE pool_id = ?1 AND client_id = ?2 AND ver = ?3";
const RELEASE: &str = "DELETE FROM client_pools WHERE client_id = ?1 AND pool_id = ?2";
const PAGE: &str = "SELECT client_id, doc FROM clients \
    WHERE pool_id = ?1 AND client_id > ?2 ORDER BY client_id LIMIT ?3";
const PAGE_OF_REGULAR: &str = "SELECT c.client_id, c.doc FROM clients c WHERE c.pool_id = ?1 AND c.client_id > ?2 AND NOT EXISTS \
    (SELECT 1 FROM dynamic_clients d WHERE d.pool_id = c.pool_id AND d.client_id = c.client_id) ORDER BY c.client_id LIMIT ?3";
const PAGE_OF_DYNAMIC: &str = "SELECT c.client_id, c.doc FROM dynamic_clients d JOIN clients c ON c.pool_id = d.pool_id \
    AND c.client_id = d.client_id WHERE d.pool_id = ?1 AND d.client_id > ?2 ORDER BY d.client_id LIMIT ?3";

rows! {
    /// A client as it is stored.
    pub struct ClientRow {
        /// Its pool.
        pub pool_id: String,
        /// The id, unique on the server.
        pub client_id: String,
        /// The settings, JSON.
        pub doc: String,
        /// Its secrets, sealed by the pool's key; `None` for a client without.
        pub sealed: Option<Vec<u8>>,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`signed`].
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns what is signed of a client.
#[must_use]
pub fn signed<'a>(client_id: &'a str, doc: &'a str, sealed: Option<&'a [u8]>) -> Signed<'a> {
    signed!("clients": client_id, doc, sealed)
}

rows! {
    /// A client in a listing.
    pub struct ClientSummary {
        /// The id.
        pub client_id: String,
        /// The settings, JSON.
        pub doc: String,
    }
}

/// Returns the client, whatever the state of its pool.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, client_id: &str) -> Result<Option<ClientRow>, StoreError> {
    rows::one(store.first((BY_ID, params![client_id])).await?)
}

/// Adds a client in its first version; [`CLIENT_EXISTS`] if any pool has a client of that id.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    doc: &str,
    sealed: Option<&[u8]>,
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    batch
        .one(CLAIM, params![client_id, pool_id], CLIENT_EXISTS)
        .one(
            INSERT,
            params![pool_id, client_id, doc, sealed, now, mac],
            CLIENT_EXISTS,
        )
}

/// Replaces the settings of version `ver`; [`CLIENT_STALE`].
pub fn update(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    ver: i64,
    doc: &str,
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    batch.one(
        UPDATE,
        params![pool_id, client_id, ver, doc, now, mac],
        CLIENT_STALE,
    )
}

/// Replaces the sealed secrets of version `ver`; [`CLIENT_STALE`].
pub fn set_secrets(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    ver: i64,
    sealed: Option<&[u8]>,
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    batch.one(
        SET_SECRETS,
        params![pool_id, client_id, ver, sealed, now, mac],
        CLIENT_STALE,
    )
}

/// A client's settings and secrets.
pub struct Contents<'a> {
    /// The settings, JSON.
    pub doc: &'a str,
    /// Its secrets.
    pub sealed: Option<&'a [u8]>,
    /// Microseconds.
    pub modified: i64,
    /// Over [`signed`].
    pub mac: Vec<u8>,
}

/// Replaces settings and secrets of version `ver` at once; [`CLIENT_STALE`].
pub fn replace(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    ver: i64,
    contents: Contents<'_>,
) -> Batch {
    let Contents {
        doc,
        sealed,
        modified,
        mac,
    } = contents;
    batch.one(
        REPLACE,
        params![pool_id, client_id, ver, doc, sealed, modified, mac],
        CLIENT_STALE,
    )
}

/// Requires that the client is at version `ver`, or, without one, that there is none; [`CLIENT_STALE`].
pub fn require(batch: Batch, pool_id: &str, client_id: &str, ver: Option<i64>) -> Batch {
    match ver {
        Some(ver) => batch.exists(AT, params![pool_id, client_id, ver], CLIENT_STALE),
        None => batch.none(ANY, params![pool_id, client_id], CLIENT_STALE),
    }
}

/// Deletes version `ver`; [`CLIENT_STALE`].
pub fn delete(batch: Batch, pool_id: &str, client_id: &str, ver: i64) -> Batch {
    batch
        .one(DELETE, params![pool_id, client_id, ver], CLIENT_STALE)
        .run(RELEASE, params![client_id, pool_id])
}

/// The clients that a listing shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All.
    All,
    /// Those that an administrator made.
    Regular,
    /// Those that registered themselves.
    Dynamic,
}

/// Returns up to `limit` clients of a pool whose id is above `after`, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    shown: Shown,
    after: &str,
    limit: i64,
) -> Result<Vec<ClientSummary>, StoreError> {
    let sql = match shown {
        Shown::All => PAGE,
        Shown::Regular => PAGE_OF_REGULAR,
        Shown::Dynamic => PAGE_OF_DYNAMIC,
    };
    rows::all(store.all((sql, params![pool_id, after, limit])).await?)
}
