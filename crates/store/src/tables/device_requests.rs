//! `device_requests`: devices that wait for a user to let them in. A row outlives its codes, so that the device is told
//! that they ended; when they do stands in the document. Times are microseconds.

use super::rows::rows;
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, params};

/// Another request has one of the codes.
pub const CODE_TAKEN: Label = Label("device_code_taken");
/// The request was decided or used, or its device asked, since it was read.
pub const MOVED: Label = Label("device_request_moved");

/// Nobody has decided.
pub const WAITING: i64 = 0;
/// A user has let the device in.
pub const ALLOWED: i64 = 1;
/// A user has refused.
pub const DENIED: i64 = 2;

const BY_DEVICE: &str = "SELECT device_key, user_key, client_id, user_id, state, doc, polled, wait, created, expires, ver, mac \
     FROM device_requests WHERE pool_id = ?1 AND device_key = ?2 AND expires > ?3";
const BY_USER_CODE: &str = "SELECT device_key, user_key, client_id, user_id, state, doc, polled, wait, created, expires, ver, mac \
     FROM device_requests WHERE pool_id = ?1 AND user_key = ?2 AND expires > ?3";
const INSERT: &str = "INSERT INTO device_requests (pool_id, device_key, user_key, client_id, user_id, state, doc, polled, wait, \
     created, expires, ver, bucket, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12, ?13) \
     ON CONFLICT DO NOTHING";
const DECIDE: &str = "UPDATE device_requests SET state = ?4, doc = ?5, user_id = ?6, mac = ?7, ver = ver + 1 \
     WHERE pool_id = ?1 AND device_key = ?2 AND ver = ?3";
const POLL: &str = "UPDATE device_requests SET polled = ?4, wait = ?5, ver = ver + 1 \
     WHERE pool_id = ?1 AND device_key = ?2 AND ver = ?3";
const TAKE: &str =
    "DELETE FROM device_requests WHERE pool_id = ?1 AND device_key = ?2 AND ver = ?3";
const DELETE_OF_USER: &str = "DELETE FROM device_requests WHERE pool_id = ?1 AND user_id = ?2";
// The document names the browser's session, a UUID.
const DELETE_OF_ORIGIN: &str =
    "DELETE FROM device_requests WHERE pool_id = ?1 AND user_id = ?2 AND doc LIKE ?3";

rows! {
    /// A request.
    #[derive(Clone, Debug)]
    pub struct DeviceRow {
        /// A MAC of the device's code.
        pub device_key: String,
        /// A MAC of the user's code.
        pub user_key: String,
        /// The client.
        pub client_id: String,
        /// The user who let the device in; empty before, and for a device that is refused.
        pub user_id: String,
        /// [`WAITING`], [`ALLOWED`] or [`DENIED`].
        pub state: i64,
        /// JSON, the domain's.
        pub doc: String,
        /// When the device asked last.
        pub polled: i64,
        /// The time between two questions.
        pub wait: i64,
        /// Microseconds.
        pub created: i64,
        /// When the row may be swept.
        pub expires: i64,
        /// Grows with every change.
        pub ver: i64,
        /// Over [`DeviceRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl DeviceRow {
    /// Returns what is signed of a request. The questions of the device are not: they decide nothing.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!(
            "device_requests": &self.device_key,
            &self.user_key,
            &self.client_id,
            &self.user_id,
            self.state,
            &self.doc,
            self.created,
            self.expires,
        )
    }
}

/// Returns the query of a request by the device's code, as long as its row is kept.
#[must_use]
pub fn by_device(pool_id: &str, device_key: &str, now: i64) -> Query {
    (BY_DEVICE, params![pool_id, device_key, now])
}

/// Returns the query of a request by the user's code, as long as its row is kept.
#[must_use]
pub fn by_user_code(pool_id: &str, user_key: &str, now: i64) -> Query {
    (BY_USER_CODE, params![pool_id, user_key, now])
}

/// Adds a request; [`CODE_TAKEN`].
pub fn insert(batch: Batch, pool_id: &str, row: &DeviceRow) -> Batch {
    batch.one(
        INSERT,
        params![
            pool_id,
            &row.device_key,
            &row.user_key,
            &row.client_id,
            &row.user_id,
            row.state,
            &row.doc,
            row.polled,
            row.wait,
            row.created,
            row.expires,
            super::sessions::bucket(&row.device_key),
            row.mac.as_ref()
        ],
        CODE_TAKEN,
    )
}

/// Writes state, user and document of a request that is as it was read; [`MOVED`].
pub fn decide(batch: Batch, pool_id: &str, row: &DeviceRow) -> Batch {
    batch.one(
        DECIDE,
        params![
            pool_id,
            &row.device_key,
            row.ver,
            row.state,
            &row.doc,
            &row.user_id,
            row.mac.as_ref()
        ],
        MOVED,
    )
}

/// Notes a question of the device; [`MOVED`].
pub fn poll(batch: Batch, pool_id: &str, row: &DeviceRow) -> Batch {
    batch.one(
        POLL,
        params![pool_id, &row.device_key, row.ver, row.polled, row.wait],
        MOVED,
    )
}

/// Uses up a request that is as it was read; [`MOVED`].
pub fn take(batch: Batch, pool_id: &str, row: &DeviceRow) -> Batch {
    batch.one(TAKE, params![pool_id, &row.device_key, row.ver], MOVED)
}

/// Forgets the requests of the devices that a user let in and that did not ask since. Their codes are unknown from then
/// on.
pub fn delete_of_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(DELETE_OF_USER, params![pool_id, user_id])
}

/// Deletes the requests that a user let in from a browser's session.
pub fn delete_of_origin(batch: Batch, pool_id: &str, user_id: &str, session_id: &str) -> Batch {
    let named = format!("%\"{session_id}\"%");
    batch.run(DELETE_OF_ORIGIN, params![pool_id, user_id, named])
}
