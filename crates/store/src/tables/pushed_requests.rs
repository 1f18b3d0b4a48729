//! `pushed_requests`: parameters of authorizations that clients sent before their users' browsers come. A row that has
//! expired is as good as none. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

/// The request was used since it was read.
pub const TAKEN: Label = Label("pushed_request_taken");

const LIVE: &str = "SELECT client_id, doc, created, expires, mac FROM pushed_requests \
     WHERE pool_id = ?1 AND request_key = ?2 AND expires > ?3";
const INSERT: &str = "INSERT INTO pushed_requests (pool_id, request_key, client_id, doc, created, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const TAKE: &str = "DELETE FROM pushed_requests WHERE pool_id = ?1 AND request_key = ?2";

rows! {
    /// A request's columns besides its key.
    #[derive(Clone, Debug)]
    pub struct PushedRow {
        /// The client.
        pub client_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// The end.
        pub expires: i64,
        /// Over [`PushedRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl PushedRow {
    /// Returns what is signed of a request.
    #[must_use]
    pub fn signed<'a>(&'a self, request_key: &'a str) -> Signed<'a> {
        signed!(
            "pushed_requests": request_key,
            &self.client_id,
            &self.doc,
            self.created,
            self.expires,
        )
    }
}

/// Returns a request that ends after `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn live(
    store: &Store,
    pool_id: &str,
    request_key: &str,
    now: i64,
) -> Result<Option<PushedRow>, StoreError> {
    let query = (LIVE, params![pool_id, request_key, now]);
    rows::one(store.first(query).await?)
}

/// Adds a request.
pub fn insert(batch: Batch, pool_id: &str, request_key: &str, row: &PushedRow) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            request_key,
            &row.client_id,
            &row.doc,
            row.created,
            row.expires,
            super::sessions::bucket(request_key),
            row.mac.as_ref()
        ],
    )
}

/// Uses up a request, which must be there; [`TAKEN`].
pub fn take(batch: Batch, pool_id: &str, request_key: &str) -> Batch {
    batch.one(TAKE, params![pool_id, request_key], TAKEN)
}
