//! `terms`: the terms documents of app clients.

use super::guards;
use super::rows::{self, Query, rows};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// The client has a document of that name.
pub const TERMS_EXIST: Label = Label("terms_exist");
/// The document has changed since it was read, or is gone.
pub const TERMS_STALE: Label = Label("terms_stale");
/// The columns in the order that [`TermsRow::read`] expects.
macro_rules! columns {
    () => {
        "terms_id, client_id, name, doc, created, modified, ver"
    };
}

const BY_ID: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM terms WHERE pool_id = ?1 AND terms_id = ?2"
);
const BY_CLIENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM terms WHERE pool_id = ?1 AND client_id = ?2 AND name = ?3"
);
const ALL_OF_CLIENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM terms WHERE pool_id = ?1 AND client_id = ?2 ORDER BY name"
);
const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM terms WHERE pool_id = ?1 AND terms_id > ?2 ORDER BY terms_id LIMIT ?3"
);
const INSERT: &str = "INSERT INTO terms (pool_id, terms_id, client_id, name, doc, created, modified, ver) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1)";
const FREE_NAME: &str =
    "SELECT 1 FROM terms WHERE pool_id = ?1 AND client_id = ?2 AND name = ?3 AND terms_id <> ?4";
const UPDATE: &str = "UPDATE terms SET name = ?4, doc = ?5, modified = ?6, ver = ver + 1 \
     WHERE pool_id = ?1 AND terms_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM terms WHERE pool_id = ?1 AND terms_id = ?2 AND ver = ?3";
const UNCOUNT: &str = "UPDATE resource_counts SET n = n - \
     (SELECT COUNT(*) FROM terms WHERE pool_id = ?1 AND client_id = ?2) WHERE pool_id = ?1 AND resource = ?3";
const DELETE_OF_CLIENT: &str = "DELETE FROM terms WHERE pool_id = ?1 AND client_id = ?2";

/// The name under which documents are counted in `resource_counts`.
pub const RESOURCE: &str = "terms";

rows! {
    /// A document as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TermsRow {
        /// A UUID.
        pub terms_id: String,
        /// The client whose sign-up page shows it.
        pub client_id: String,
        /// The name of the document.
        pub name: String,
        /// JSON.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change.
        pub ver: i64,
    }
}

/// Returns the document of that id.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    terms_id: &str,
) -> Result<Option<TermsRow>, StoreError> {
    rows::one(store.first((BY_ID, params![pool_id, terms_id])).await?)
}

/// Returns the document of that name of a client.
///
/// # Errors
/// [`StoreError`].
pub async fn of_client(
    store: &Store,
    pool_id: &str,
    client_id: &str,
    name: &str,
) -> Result<Option<TermsRow>, StoreError> {
    rows::one(
        store
            .first((BY_CLIENT, params![pool_id, client_id, name]))
            .await?,
    )
}

/// Returns the read of all documents of a client, of which there are two at most, for [`documents`].
pub fn all_of_client(pool_id: &str, client_id: &str) -> Query {
    (ALL_OF_CLIENT, params![pool_id, client_id])
}

/// Returns the documents in the answer to [`all_of_client`].
///
/// # Errors
/// [`StoreError`].
pub fn documents(rows: Vec<Row>) -> Result<Vec<TermsRow>, StoreError> {
    rows::all(rows)
}

/// Returns up to `limit` documents of a pool whose id is above `after`, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<TermsRow>, StoreError> {
    rows::all(store.all((PAGE, params![pool_id, after, limit])).await?)
}

/// Adds a document to a client that is still there: [`CLIENT_GONE`](guards::CLIENT_GONE), [`TERMS_EXIST`].
pub fn insert(batch: Batch, pool_id: &str, row: &TermsRow) -> Batch {
    let params = params![
        pool_id,
        &row.terms_id,
        &row.client_id,
        &row.name,
        &row.doc,
        row.created
    ];
    guards::require_client_exists(batch, pool_id, &row.client_id).one(INSERT, params, TERMS_EXIST)
}

/// Replaces name and document of version `row.ver`: [`TERMS_EXIST`], [`TERMS_STALE`].
pub fn update(batch: Batch, pool_id: &str, row: &TermsRow) -> Batch {
    let name = params![pool_id, &row.client_id, &row.name, &row.terms_id];
    let params = params![
        pool_id,
        &row.terms_id,
        row.ver,
        &row.name,
        &row.doc,
        row.modified
    ];
    // The unique index decides; where it does, at the same time on two nodes, the next try finds the name taken.
    batch
        .none(FREE_NAME, name, TERMS_EXIST)
        .one(UPDATE, params, TERMS_STALE)
}

/// Deletes version `ver`; [`TERMS_STALE`].
pub fn delete(batch: Batch, pool_id: &str, terms_id: &str, ver: i64) -> Batch {
    batch.one(DELETE, params![pool_id, terms_id, ver], TERMS_STALE)
}

/// Deletes what belongs to a client that the same batch has deleted before.
pub fn delete_of_client(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch
        .run(UNCOUNT, params![pool_id, client_id, RESOURCE])
        .run(DELETE_OF_CLIENT, params![pool_id, client_id])
}
