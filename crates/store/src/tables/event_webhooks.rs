//! `event_webhooks`: where the events of a pool are sent, and how far each has come. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Store, StoreError, params};

const OF_POOL: &str = "SELECT pool_id, webhook_id, doc, sealed, created, modified, ver, mac, place, due, failures, problem \
    FROM event_webhooks WHERE pool_id = ?1 ORDER BY webhook_id LIMIT ?2";
const GET: &str = "SELECT pool_id, webhook_id, doc, sealed, created, modified, ver, mac, place, due, failures, problem \
    FROM event_webhooks WHERE pool_id = ?1 AND webhook_id = ?2";
const BEHIND: &str = "SELECT pool_id, webhook_id, doc, sealed, created, modified, ver, mac, place, due, failures, problem \
    FROM event_webhooks WHERE (pool_id, webhook_id) > (?1, ?2) AND place < ?3 AND due <= ?4 \
    ORDER BY pool_id, webhook_id LIMIT ?5";
const INSERT: &str = "INSERT INTO event_webhooks \
    (pool_id, webhook_id, doc, sealed, created, modified, ver, mac, place, due, owner, failures, problem) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6, ?7, 0, '', 0, '')";
const REPLACE: &str = "UPDATE event_webhooks SET doc = ?3, sealed = ?4, modified = ?5, mac = ?6, ver = ver + 1, due = 0, \
    owner = '', failures = 0, problem = '' WHERE pool_id = ?1 AND webhook_id = ?2 AND ver = ?7";
const DELETE: &str =
    "DELETE FROM event_webhooks WHERE pool_id = ?1 AND webhook_id = ?2 AND ver = ?3";
const REWIND: &str = "UPDATE event_webhooks SET place = ?3, doc = ?5, mac = ?6, due = 0, owner = '', failures = 0, problem = '', \
    ver = ver + 1 WHERE pool_id = ?1 AND webhook_id = ?2 AND ver = ?4";
const TAKE: &str = "UPDATE event_webhooks SET owner = ?3, due = ?4 \
    WHERE pool_id = ?1 AND webhook_id = ?2 AND ver = ?5 AND place = ?6 AND due = ?7";
const MOVE: &str = "UPDATE event_webhooks SET place = ?5, due = ?6, failures = ?7, problem = ?8 \
    WHERE pool_id = ?1 AND webhook_id = ?2 AND ver = ?3 AND owner = ?4";

/// The webhook was changed, taken or ended since it was read.
pub const CHANGED: Label = Label("webhook_changed");

rows! {
    /// A webhook as it is stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WebhookRow {
        /// Its pool.
        pub pool_id: String,
        /// Made of its URL.
        pub webhook_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// The secret, sealed.
        pub sealed: Vec<u8>,
        /// When it was first set.
        pub created: i64,
        /// When these settings were set.
        pub modified: i64,
        /// Grows with every command.
        pub ver: i64,
        /// Over [`WebhookRow::signed`].
        pub mac: Option<Vec<u8>>,
        /// The number of the last row of the trail that is done with; -1 for the end of the chain.
        pub place: i64,
        /// When it is looked at next, by the wall's time.
        pub due: i64,
        /// Sends in a row that failed.
        pub failures: i64,
        /// Why the last one failed; empty if it did not.
        pub problem: String,
    }
}

impl WebhookRow {
    /// Returns what is signed.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        signed!("event_webhooks": &self.webhook_id, &self.doc, &self.sealed)
    }
}

/// Returns up to `limit` webhooks of a pool.
///
/// # Errors
/// [`StoreError`].
pub async fn of_pool(
    store: &Store,
    pool_id: &str,
    limit: u32,
) -> Result<Vec<WebhookRow>, StoreError> {
    rows::all(store.rows(OF_POOL, params![pool_id, limit]).await?)
}

/// Returns a webhook.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    webhook_id: &str,
) -> Result<Option<WebhookRow>, StoreError> {
    rows::one(store.row(GET, params![pool_id, webhook_id]).await?)
}

/// Returns up to `limit` webhooks that are behind the row with the number `end` and due at `now`, after a key.
///
/// # Errors
/// [`StoreError`].
pub async fn behind(
    store: &Store,
    (pool_id, webhook_id): (&str, &str),
    end: i64,
    now: i64,
    limit: u32,
) -> Result<Vec<WebhookRow>, StoreError> {
    let params = params![pool_id, webhook_id, end, now, limit];
    rows::all(store.scan(BEHIND, params).await?)
}

/// Adds a webhook, or changes the settings of the one that was read; [`CHANGED`]. What it has been sent it keeps.
pub fn set(batch: Batch, row: &WebhookRow, is_new: bool) -> Batch {
    let WebhookRow {
        pool_id,
        webhook_id,
        doc,
        sealed,
        modified,
        mac,
        ..
    } = row;
    let mut params = params![pool_id, webhook_id, doc, sealed, *modified, mac.as_ref()];
    match is_new {
        true => {
            params.push(row.place.into());
            batch.one(INSERT, params, CHANGED)
        }
        false => {
            params.push(row.ver.into());
            batch.one(REPLACE, params, CHANGED)
        }
    }
}

/// Deletes the webhook that was read; [`CHANGED`].
pub fn end(batch: Batch, row: &WebhookRow) -> Batch {
    let params = params![&row.pool_id, &row.webhook_id, row.ver];
    batch.one(DELETE, params, CHANGED)
}

/// Has a webhook begin again behind a number, with the document and MAC of `row`; [`CHANGED`].
pub fn rewind(batch: Batch, row: &WebhookRow, place: i64) -> Batch {
    let params = params![
        &row.pool_id,
        &row.webhook_id,
        place,
        row.ver,
        &row.doc,
        row.mac.as_ref()
    ];
    batch.one(REWIND, params, CHANGED)
}

/// Takes a webhook as it was read until `until`, for the node `owner`; [`CHANGED`].
pub fn take(batch: Batch, row: &WebhookRow, owner: &str, until: i64) -> Batch {
    let params = params![
        &row.pool_id,
        &row.webhook_id,
        owner,
        until,
        row.ver,
        row.place,
        row.due
    ];
    batch.one(TAKE, params, CHANGED)
}

/// Records how far the node `owner` has come with a webhook: place, due, failures and problem of `row`; [`CHANGED`].
pub fn advance(batch: Batch, row: &WebhookRow, owner: &str) -> Batch {
    let params = params![
        &row.pool_id,
        &row.webhook_id,
        row.ver,
        owner,
        row.place,
        row.due,
        row.failures,
        &row.problem
    ];
    batch.one(MOVE, params, CHANGED)
}
