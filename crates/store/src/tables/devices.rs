//! `devices`: the devices that users confirmed, remembered or not.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Store, StoreError, params};

/// The device was confirmed before.
pub const DEVICE_EXISTS: Label = Label("device_exists");
/// The device is not there, or is not remembered any more.
pub const DEVICE_GONE: Label = Label("device_gone");

/// The columns in the order that `DeviceRow::read` expects.
macro_rules! columns {
    () => {
        "device_key, group_key, name, sealed, remembered, last_ip, created, modified, authenticated, mac"
    };
}

const BY_KEY: &str = concat!(
    "SELECT ",
    columns!(),
    ", user_id FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3"
);
const BY_LOGIN: &str = concat!(
    "SELECT ",
    columns!(),
    ", user_id FROM devices WHERE pool_id = ?1 \
     AND user_id = COALESCE((SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2), ?3) AND device_key = ?4"
);
const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND device_key > ?3 ORDER BY device_key LIMIT ?4"
);
const BROWSER: &str =
    "SELECT browser FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
const PENDING_BY_LOGIN: &str = "SELECT pending, user_id FROM devices WHERE pool_id = ?1 AND device_key = ?3 \
     AND user_id = (SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2)";
const PENDING_BY_ID: &str =
    "SELECT pending, user_id FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
const INSERT: &str = "INSERT INTO devices (pool_id, user_id, device_key, group_key, name, sealed, remembered, last_ip, \
     created, modified, authenticated, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11)";
const SET_REMEMBERED: &str = "UPDATE devices SET remembered = ?4, modified = ?5, mac = ?6 \
     WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
const SET_PENDING: &str =
    "UPDATE devices SET pending = ?4 WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
const USED: &str = "UPDATE devices SET authenticated = ?4, last_ip = ?5, pending = NULL \
     WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
// A change and no guard: a guard would hold the row in a way that the change which follows could not take over when two
// batches do the same at once.
const TAKE: &str = "UPDATE devices SET pending = NULL \
     WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3 AND remembered = 1";
const DELETE: &str = "DELETE FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
const SET_BROWSER: &str = "UPDATE devices SET browser = ?4, browser_until = ?5 \
     WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3";
// The change and its condition are one statement, so that of two uses of one secret at once one wins.
const RENEW_BROWSER: &str = "UPDATE devices SET browser = ?5, authenticated = ?6, last_ip = ?7 \
     WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3 AND browser = ?4 AND remembered = 1";
const FORGET_BROWSER: &str =
    "DELETE FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND device_key = ?3 AND browser = ?4";
const FORGET_BROWSERS: &str =
    "DELETE FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND browser_until <= ?3";
const LATEST_BROWSERS: &str = "DELETE FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND browser_until < \
     (SELECT browser_until FROM devices WHERE pool_id = ?1 AND user_id = ?2 AND browser_until IS NOT NULL \
     ORDER BY browser_until DESC LIMIT 1 OFFSET ?3)";
const FORGET_USER: &str = "DELETE FROM devices WHERE pool_id = ?1 AND user_id = ?2";

rows! {
    /// A device as it is stored.
    #[derive(Clone, Debug)]
    pub struct DeviceRow {
        /// Names the device for its user.
        pub device_key: String,
        /// The name that replaces the pool's name in the device's proofs.
        pub group_key: String,
        /// The user's name for it.
        pub name: Option<String>,
        /// Salt and verifier.
        pub sealed: Option<Vec<u8>>,
        /// True if the user wants it remembered.
        pub remembered: bool,
        /// The address of the last sign-in.
        pub last_ip: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// The last sign-in, in microseconds.
        pub authenticated: i64,
        /// Over [`DeviceRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl DeviceRow {
    /// Returns what is signed of a device of the user.
    #[must_use]
    pub fn signed<'a>(&'a self, user_id: &'a str) -> Signed<'a> {
        signed!(
            "devices": user_id,
            &self.device_key,
            &self.group_key,
            self.sealed.as_ref(),
            self.remembered,
        )
    }
}

/// The column of [`by_key`] and [`by_login`] that holds the id of the user.
pub const USER: usize = 10;

/// Returns the query of a device of a user; [`USER`] follows the columns of the device.
#[must_use]
pub fn by_key(pool_id: &str, user_id: &str, device_key: &str) -> Query {
    (BY_KEY, params![pool_id, user_id, device_key])
}

/// As [`by_key`], of the user with a folded name or, for an unknown one, of a pseudonym, which has none. The work is the
/// same.
#[must_use]
pub fn by_login(pool_id: &str, folded: &str, pseudonym: &str, device_key: &str) -> Query {
    (BY_LOGIN, params![pool_id, folded, pseudonym, device_key])
}

/// Returns a device of a user.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
) -> Result<Option<DeviceRow>, StoreError> {
    rows::one(store.first(by_key(pool_id, user_id, device_key)).await?)
}

/// Returns what a device that is a remembered browser proves itself by; None for other devices.
///
/// # Errors
/// [`StoreError`].
pub async fn browser(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = store
        .first((BROWSER, params![pool_id, user_id, device_key]))
        .await?;
    match row {
        Some(mut row) => row.take_opt_bytes(0),
        None => Ok(None),
    }
}

/// Returns up to `limit` devices of a user whose key is above `after`, by key.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    user_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<DeviceRow>, StoreError> {
    rows::all(
        store
            .all((PAGE, params![pool_id, user_id, after, limit]))
            .await?,
    )
}

/// Returns the sealed session that waits for a device of the user with the folded name or the id `id`, and the user's
/// id. The reads are the same whether there is such a user or not.
///
/// # Errors
/// [`StoreError`].
pub async fn pending(
    store: &Store,
    pool_id: &str,
    folded: &str,
    id: &str,
    device_key: &str,
) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    let found = store
        .read(&[
            (PENDING_BY_LOGIN, params![pool_id, folded, device_key]),
            (PENDING_BY_ID, params![pool_id, id, device_key]),
        ])
        .await?;
    let Some(mut row) = found.into_iter().flatten().next() else {
        return Ok(None);
    };
    let user_id = row.take_text(1)?;
    Ok(row.take_opt_bytes(0)?.map(|sealed| (sealed, user_id)))
}

/// Adds a device; [`DEVICE_EXISTS`].
pub fn insert(batch: Batch, pool_id: &str, user_id: &str, row: &DeviceRow) -> Batch {
    batch.one(
        INSERT,
        params![
            pool_id,
            user_id,
            &row.device_key,
            &row.group_key,
            row.name.as_ref(),
            row.sealed.as_ref(),
            row.remembered,
            &row.last_ip,
            row.created,
            row.authenticated,
            row.mac.as_ref()
        ],
        DEVICE_EXISTS,
    )
}

/// Says whether the user wants the device remembered; [`DEVICE_GONE`].
pub fn set_remembered(batch: Batch, pool_id: &str, user_id: &str, row: &DeviceRow) -> Batch {
    batch.one(
        SET_REMEMBERED,
        params![
            pool_id,
            user_id,
            &row.device_key,
            row.remembered,
            row.modified,
            row.mac.as_ref()
        ],
        DEVICE_GONE,
    )
}

/// Keeps the sealed session of a sign-in that waits for the device; [`DEVICE_GONE`].
pub fn set_pending(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
    sealed: &[u8],
) -> Batch {
    batch.one(
        SET_PENDING,
        params![pool_id, user_id, device_key, sealed],
        DEVICE_GONE,
    )
}

/// Notes a sign-in with the device at `now` from `ip`, and that none waits for it any more; [`DEVICE_GONE`].
pub fn used(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
    now: i64,
    ip: &str,
) -> Batch {
    batch.one(
        USED,
        params![pool_id, user_id, device_key, now, ip],
        DEVICE_GONE,
    )
}

/// Requires that the device is there and remembered, and that no sign-in waits for it any more; [`DEVICE_GONE`].
pub fn take(batch: Batch, pool_id: &str, user_id: &str, device_key: &str) -> Batch {
    batch.one(TAKE, params![pool_id, user_id, device_key], DEVICE_GONE)
}

/// Deletes a device; [`DEVICE_GONE`].
pub fn delete(batch: Batch, pool_id: &str, user_id: &str, device_key: &str) -> Batch {
    batch.one(DELETE, params![pool_id, user_id, device_key], DEVICE_GONE)
}

/// Makes a device that the same batch adds a remembered browser until `until`; [`DEVICE_GONE`].
pub fn set_browser(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
    sealed: &[u8],
    until: i64,
) -> Batch {
    batch.one(
        SET_BROWSER,
        params![pool_id, user_id, device_key, sealed, until],
        DEVICE_GONE,
    )
}

/// A sign-in with a remembered browser.
pub struct BrowserUse<'a> {
    /// What it proved itself by.
    pub before: &'a [u8],
    /// What it proves itself by from now on.
    pub after: &'a [u8],
    /// The time, in microseconds.
    pub now: i64,
    /// The address.
    pub ip: &'a str,
}

/// Notes a sign-in with a remembered browser; [`DEVICE_GONE`] for one that is not remembered any more, or that another
/// sign-in has used since it was read.
pub fn renew_browser(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
    used: &BrowserUse<'_>,
) -> Batch {
    batch.one(
        RENEW_BROWSER,
        params![
            pool_id,
            user_id,
            device_key,
            used.before,
            used.after,
            used.now,
            used.ip
        ],
        DEVICE_GONE,
    )
}

/// Deletes a remembered browser, unless another sign-in has used it since it was read.
pub fn forget_browser(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    device_key: &str,
    sealed: &[u8],
) -> Batch {
    batch.run(
        FORGET_BROWSER,
        params![pool_id, user_id, device_key, sealed],
    )
}

/// Deletes the remembered browsers of a user that ended by `now`, and of the others all but the `most` latest.
pub fn tidy_browsers(batch: Batch, pool_id: &str, user_id: &str, now: i64, most: i64) -> Batch {
    let batch = batch.run(FORGET_BROWSERS, params![pool_id, user_id, now]);
    let last = most.saturating_sub(1).max(0);
    batch.run(LATEST_BROWSERS, params![pool_id, user_id, last])
}

/// Deletes every device of a user.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET_USER, params![pool_id, user_id])
}
