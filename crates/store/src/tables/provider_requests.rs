//! `provider_requests`: sign-ins that wait for the answer of an identity provider. A row that has expired is as good as
//! none. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

/// The request is gone, or was answered since it was read.
pub const TAKEN: Label = Label("provider_request_taken");

const LIVE: &str = "SELECT client_id, answered, doc, created, expires, mac FROM provider_requests \
     WHERE pool_id = ?1 AND request_key = ?2 AND expires > ?3";
const INSERT: &str = "INSERT INTO provider_requests (pool_id, request_key, client_id, answered, doc, created, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const ANSWER: &str = "UPDATE provider_requests SET answered = 1, doc = ?3, mac = ?4 \
     WHERE pool_id = ?1 AND request_key = ?2 AND answered = 0";
const TAKE: &str =
    "DELETE FROM provider_requests WHERE pool_id = ?1 AND request_key = ?2 AND answered = ?3";

rows! {
    /// A request's columns besides its key.
    #[derive(Clone, Debug)]
    pub struct RequestRow {
        /// The client that the user signs in to.
        pub client_id: String,
        /// True once the document holds a checked answer.
        pub answered: bool,
        /// JSON, the domain's.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// The end.
        pub expires: i64,
        /// Over [`RequestRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl RequestRow {
    /// Returns what is signed of a request.
    #[must_use]
    pub fn signed<'a>(&'a self, request_key: &'a str) -> Signed<'a> {
        signed!(
            "provider_requests": request_key,
            &self.client_id,
            i64::from(self.answered),
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
) -> Result<Option<RequestRow>, StoreError> {
    let query = (LIVE, params![pool_id, request_key, now]);
    rows::one(store.first(query).await?)
}

/// Adds a request.
pub fn insert(batch: Batch, pool_id: &str, request_key: &str, row: &RequestRow) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            request_key,
            &row.client_id,
            i64::from(row.answered),
            &row.doc,
            row.created,
            row.expires,
            super::sessions::bucket(request_key),
            row.mac.as_ref()
        ],
    )
}

/// Keeps the answer to a request that has none; [`TAKEN`]. `row`: the request as it is then.
pub fn answer(batch: Batch, pool_id: &str, request_key: &str, row: &RequestRow) -> Batch {
    let params = params![pool_id, request_key, &row.doc, row.mac.as_ref()];
    batch.one(ANSWER, params, TAKEN)
}

/// Uses up a request, which must be there as it was read; [`TAKEN`].
pub fn take(batch: Batch, pool_id: &str, request_key: &str, answered: bool) -> Batch {
    batch.one(
        TAKE,
        params![pool_id, request_key, i64::from(answered)],
        TAKEN,
    )
}
