//! `link_requests`: first sign-ins through a provider that wait for an administrator, and those to which one said no. A row
//! that has expired is as good as none. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The request was decided since it was read, or made by another sign-in.
pub const MOVED: Label = Label("link_request_moved");
/// As many requests of the provider wait as may.
pub const FULL: Label = Label("link_requests_full");

/// Nobody has decided.
pub const WAITING: i64 = 0;
/// An administrator said no.
pub const DENIED: i64 = 1;

const LIVE: &str = "SELECT request_id, provider_id, state, doc, created, expires, mac FROM link_requests \
     WHERE pool_id = ?1 AND request_id = ?2 AND expires > ?3";
// Those of a provider that was deleted are none.
const PAGE: &str = "SELECT r.request_id, r.provider_id, r.state, r.doc, r.created, r.expires, r.mac \
     FROM link_requests r CROSS JOIN identity_providers p WHERE r.pool_id = ?1 AND r.state = ?2 AND r.expires > ?3 \
     AND p.pool_id = r.pool_id AND p.provider_id = r.provider_id \
     AND (r.created > ?4 OR (r.created = ?4 AND r.request_id > ?5)) ORDER BY r.created, r.request_id LIMIT ?6";
const LAST_PLACE: &str = "SELECT 1 FROM link_requests WHERE pool_id = ?1 AND provider_id = ?2 AND state = 0 LIMIT 1 OFFSET 999";
const FORGET_OVER: &str =
    "DELETE FROM link_requests WHERE pool_id = ?1 AND request_id = ?2 AND expires <= ?3";
const INSERT: &str = "INSERT INTO link_requests (pool_id, request_id, provider_id, state, doc, created, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING";
const DECIDE: &str = "UPDATE link_requests SET state = ?3, expires = ?4, mac = ?5 \
     WHERE pool_id = ?1 AND request_id = ?2 AND state = 0";
const TAKE: &str = "DELETE FROM link_requests WHERE pool_id = ?1 AND request_id = ?2 AND state = 0";
const FORGET: &str = "DELETE FROM link_requests WHERE pool_id = ?1 AND request_id = ?2";

rows! {
    /// A request.
    #[derive(Clone, Debug)]
    pub struct RequestRow {
        /// A MAC of provider and subject.
        pub request_id: String,
        /// The provider.
        pub provider_id: String,
        /// [`WAITING`] or [`DENIED`].
        pub state: i64,
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
    pub fn signed(&self) -> Signed<'_> {
        signed!(
            "link_requests": &self.request_id,
            &self.provider_id,
            self.state,
            &self.doc,
            self.created,
            self.expires,
        )
    }
}

/// Returns the query of a request that ends after `now`.
#[must_use]
pub fn live(pool_id: &str, request_id: &str, now: i64) -> Query {
    (LIVE, params![pool_id, request_id, now])
}

/// Returns up to `limit` requests that wait at `now` and come after a time and an id, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting(
    store: &Store,
    pool_id: &str,
    now: i64,
    after: (i64, &str),
    limit: i64,
) -> Result<Vec<RequestRow>, StoreError> {
    let params = params![pool_id, WAITING, now, after.0, after.1, limit];
    rows::all(store.all((PAGE, params)).await?)
}

/// Adds a request, of which a provider may have a thousand that wait; [`FULL`], and [`MOVED`] if there is one. Sign-ins
/// at the same moment may exceed the thousand by their number. One that has expired makes room.
pub fn insert(batch: Batch, pool_id: &str, row: &RequestRow, now: i64) -> Batch {
    let id = &row.request_id;
    let batch = batch.none(LAST_PLACE, params![pool_id, &row.provider_id], FULL);
    let batch = batch.run(FORGET_OVER, params![pool_id, id, now]);
    let params = params![
        pool_id,
        id,
        &row.provider_id,
        row.state,
        &row.doc,
        row.created,
        row.expires,
        super::sessions::bucket(id),
        row.mac.as_ref()
    ];
    batch.one(INSERT, params, MOVED)
}

/// Changes the state and the end of a request that waits; [`MOVED`]. `row`: the request as it is then.
pub fn decide(batch: Batch, pool_id: &str, row: &RequestRow) -> Batch {
    let id = &row.request_id;
    let params = params![pool_id, id, row.state, row.expires, row.mac.as_ref()];
    batch.one(DECIDE, params, MOVED)
}

/// Deletes a request that waits; [`MOVED`].
pub fn take(batch: Batch, pool_id: &str, request_id: &str) -> Batch {
    batch.one(TAKE, params![pool_id, request_id], MOVED)
}

/// Deletes a request, if there is one.
pub fn forget(batch: Batch, pool_id: &str, request_id: &str) -> Batch {
    batch.run(FORGET, params![pool_id, request_id])
}
