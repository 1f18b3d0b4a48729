//! `pools`: one row a user pool; and what goes when a pool is deleted.

use crate::signed::{Signed, signed};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// Another pool has the id.
pub const POOL_EXISTS: Label = Label("pool_exists");
/// The pool is not active: it never was, or its deletion has begun.
pub const POOL_GONE: Label = Label("pool_gone");
/// The row has changed since it was read.
pub const POOL_STALE: Label = Label("pool_stale");

/// An active pool by id; columns as [`PoolRow::read`] takes them. For pipelined reads.
pub const BY_ID: &str = "SELECT pool_id, region, doc, data_key, issuer, created, modified, ver, mac \
    FROM pools WHERE pool_id = ?1 AND state = 0";
/// The shards of a pool's user counter.
pub const USER_COUNTS: &str = "SELECT n FROM user_counts WHERE pool_id = ?1 ORDER BY shard";

const INSERT: &str = "INSERT INTO pools (pool_id, region, state, doc, data_key, issuer, created, modified, ver, mac) \
    VALUES (?1, ?2, 0, ?3, ?4, NULL, ?5, ?5, 1, ?6) ON CONFLICT (pool_id) DO NOTHING";
const ACTIVE: &str = "SELECT pool_id FROM pools WHERE pool_id = ?1 AND state = 0";
const UPDATE: &str = "UPDATE pools SET doc = ?3, modified = ?4, mac = ?5, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
const SET_ISSUER: &str = "UPDATE pools SET issuer = ?3, modified = ?4, mac = ?5, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
// Without a MAC no change of `state` alone brings it back.
const END: &str = "UPDATE pools SET state = 1, modified = ?3, mac = NULL, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 0 AND ver = ?2";
const PAGE: &str = "SELECT pool_id, doc, created, modified FROM pools \
    WHERE region = ?1 AND state = 0 AND pool_id > ?2 ORDER BY pool_id LIMIT ?3";
const STATE: &str = "SELECT state FROM pools WHERE pool_id = ?1";
// The key goes with the last row, so that nothing that was sealed with it can ever be opened again.
const PURGED: &str = "UPDATE pools SET state = 2, doc = '{}', data_key = ?2, issuer = NULL, ver = ver + 1 \
    WHERE pool_id = ?1 AND state = 1";

/// An active pool as it is stored.
pub struct PoolRow {
    /// `<region>_<9 characters>`.
    pub pool_id: String,
    /// The region that the id begins with.
    pub region: String,
    /// The settings, JSON.
    pub doc: String,
    /// The pool's key, wrapped by the sealing key.
    pub data_key: Vec<u8>,
    /// What `pool set-issuer` set, JSON.
    pub issuer: Option<String>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Grows with every change.
    pub ver: i64,
    /// Over [`signed`].
    pub mac: Option<Vec<u8>>,
}

/// What is signed of an active pool.
#[must_use]
pub fn signed<'a>(
    pool_id: &'a str,
    region: &'a str,
    doc: &'a str,
    issuer: Option<&'a str>,
) -> Signed<'a> {
    signed!("pools": pool_id, region, doc, issuer)
}

impl PoolRow {
    /// Takes a row of [`BY_ID`].
    ///
    /// # Errors
    /// [`StoreError::Column`] on a row of another shape.
    pub fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            pool_id: row.take_text(0)?,
            region: row.take_text(1)?,
            doc: row.take_text(2)?,
            data_key: row.take_bytes(3)?,
            issuer: row.take_opt_text(4)?,
            created: row.int(5)?,
            modified: row.int(6)?,
            ver: row.int(7)?,
            mac: row.take_opt_bytes(8)?,
        })
    }
}

/// A pool in a listing.
pub struct PoolSummary {
    /// The id.
    pub pool_id: String,
    /// The settings, JSON.
    pub doc: String,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
}

/// The pool if it is active.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, pool_id: &str) -> Result<Option<PoolRow>, StoreError> {
    store
        .row(BY_ID, params![pool_id])
        .await?
        .map(PoolRow::read)
        .transpose()
}

/// Adds a pool in its first version; [`POOL_EXISTS`] if the id is taken, by a deleted pool too.
pub fn insert(
    batch: Batch,
    pool_id: &str,
    region: &str,
    doc: &str,
    data_key: &[u8],
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    batch.one(
        INSERT,
        params![pool_id, region, doc, data_key, now, mac],
        POOL_EXISTS,
    )
}

/// Demands that the pool is active when the batch commits; [`POOL_GONE`].
pub fn guard_active(batch: Batch, pool_id: &str) -> Batch {
    batch.exists(ACTIVE, params![pool_id], POOL_GONE)
}

/// Replaces the settings of version `ver`; [`POOL_STALE`].
pub fn update(batch: Batch, pool_id: &str, ver: i64, doc: &str, mac: Vec<u8>, now: i64) -> Batch {
    batch.one(UPDATE, params![pool_id, ver, doc, now, mac], POOL_STALE)
}

/// Sets or takes away the issuer of version `ver`; [`POOL_STALE`].
pub fn set_issuer(
    batch: Batch,
    pool_id: &str,
    ver: i64,
    issuer: Option<&str>,
    mac: Vec<u8>,
    now: i64,
) -> Batch {
    batch.one(
        SET_ISSUER,
        params![pool_id, ver, issuer, now, mac],
        POOL_STALE,
    )
}

/// Begins the deletion of version `ver`: from the commit on the pool does not exist for anyone; [`POOL_STALE`].
pub fn end(batch: Batch, pool_id: &str, ver: i64, now: i64) -> Batch {
    batch.one(END, params![pool_id, ver, now], POOL_STALE)
}

/// Up to `limit` active pools of a region whose id is above `after`, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    region: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<PoolSummary>, StoreError> {
    let rows = store.rows(PAGE, params![region, after, limit]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(PoolSummary {
                pool_id: row.take_text(0)?,
                doc: row.take_text(1)?,
                created: row.int(2)?,
                modified: row.int(3)?,
            })
        })
        .collect()
}

/// The number of users by the counter, never below 0.
///
/// # Errors
/// [`StoreError`].
pub async fn user_count(store: &Store, pool_id: &str) -> Result<i64, StoreError> {
    let rows = store.rows(USER_COUNTS, params![pool_id]).await?;
    let shards = rows
        .iter()
        .map(|row| row.int(0))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(shards
        .iter()
        .fold(0_i64, |sum, n| sum.saturating_add(*n))
        .max(0))
}

/// 0 active, 1 deleting, 2 purged; `None` when there never was such a pool.
///
/// # Errors
/// [`StoreError`].
pub async fn state(store: &Store, pool_id: &str) -> Result<Option<i64>, StoreError> {
    store
        .row(STATE, params![pool_id])
        .await?
        .map(|row| row.int(0))
        .transpose()
}

/// Marks a deleted pool whose rows are gone, and forgets its key and settings; [`POOL_GONE`] if it is not deleting.
pub fn purged(batch: Batch, pool_id: &str) -> Batch {
    batch.one(PURGED, params![pool_id, Vec::<u8>::new()], POOL_GONE)
}

/// How many rows [`PURGE`] takes away at a time: what other pools' writes wait for.
pub const PURGE_ROWS: usize = 250;

/// What a deleted pool leaves behind, table by table: each statement takes away at most [`PURGE_ROWS`] rows of the pool
/// and returns one row for each. The audit trail stays.
pub const PURGE: &[&str] = &[
    // The entry of a client in `client_pools` must go before the client, by which it is found.
    "DELETE FROM client_pools WHERE client_id IN \
        (SELECT c.client_id FROM clients c JOIN client_pools p ON p.client_id = c.client_id \
        WHERE c.pool_id = ?1 ORDER BY c.client_id LIMIT 250) RETURNING client_id",
    "DELETE FROM clients WHERE pool_id = ?1 AND client_id IN \
        (SELECT client_id FROM clients WHERE pool_id = ?1 ORDER BY client_id LIMIT 250) RETURNING client_id",
    "DELETE FROM sessions WHERE pool_id = ?1 AND (user_id, session_id) IN \
        (SELECT user_id, session_id FROM sessions WHERE pool_id = ?1 ORDER BY user_id, session_id LIMIT 250) \
        RETURNING user_id",
    "DELETE FROM session_turns WHERE pool_id = ?1 AND user_id IN \
        (SELECT user_id FROM session_turns WHERE pool_id = ?1 ORDER BY user_id LIMIT 250) RETURNING user_id",
    "DELETE FROM messages WHERE pool_id = ?1 AND message_id IN \
        (SELECT message_id FROM messages WHERE pool_id = ?1 ORDER BY message_id LIMIT 250) RETURNING message_id",
    "DELETE FROM devices WHERE pool_id = ?1 AND (user_id, device_key) IN \
        (SELECT user_id, device_key FROM devices WHERE pool_id = ?1 ORDER BY user_id, device_key LIMIT 250) \
        RETURNING device_key",
    "DELETE FROM passkeys WHERE pool_id = ?1 AND credential_id IN \
        (SELECT credential_id FROM passkeys WHERE pool_id = ?1 ORDER BY credential_id LIMIT 250) RETURNING credential_id",
    "DELETE FROM codes WHERE pool_id = ?1 AND (user_id, purpose) IN \
        (SELECT user_id, purpose FROM codes WHERE pool_id = ?1 ORDER BY user_id, purpose LIMIT 250) RETURNING user_id",
    "DELETE FROM custom_auth WHERE pool_id = ?1 AND (user_id, row_id) IN \
        (SELECT user_id, row_id FROM custom_auth WHERE pool_id = ?1 ORDER BY user_id, row_id LIMIT 250) RETURNING row_id",
    "DELETE FROM attempts WHERE pool_id = ?1 AND (subject, kind) IN \
        (SELECT subject, kind FROM attempts WHERE pool_id = ?1 ORDER BY subject, kind LIMIT 250) RETURNING kind",
    "DELETE FROM spent WHERE pool_id = ?1 AND nonce IN \
        (SELECT nonce FROM spent WHERE pool_id = ?1 ORDER BY nonce LIMIT 250) RETURNING nonce",
    "DELETE FROM auth_events WHERE pool_id = ?1 AND (user_id, at, event_id) IN \
        (SELECT user_id, at, event_id FROM auth_events WHERE pool_id = ?1 ORDER BY user_id, at, event_id LIMIT 250) \
        RETURNING event_id",
    "DELETE FROM group_members WHERE pool_id = ?1 AND (group_id, user_id) IN \
        (SELECT group_id, user_id FROM group_members WHERE pool_id = ?1 ORDER BY group_id, user_id LIMIT 250) \
        RETURNING user_id",
    "DELETE FROM user_groups WHERE pool_id = ?1 AND name IN \
        (SELECT name FROM user_groups WHERE pool_id = ?1 ORDER BY name LIMIT 250) RETURNING name",
    "DELETE FROM resource_servers WHERE pool_id = ?1 AND identifier IN \
        (SELECT identifier FROM resource_servers WHERE pool_id = ?1 ORDER BY identifier LIMIT 250) RETURNING identifier",
    "DELETE FROM terms WHERE pool_id = ?1 AND terms_id IN \
        (SELECT terms_id FROM terms WHERE pool_id = ?1 ORDER BY terms_id LIMIT 250) RETURNING terms_id",
    "DELETE FROM domains WHERE pool_id = ?1 RETURNING domain_key",
    "DELETE FROM idp_identifiers WHERE pool_id = ?1 AND identifier IN \
        (SELECT identifier FROM idp_identifiers WHERE pool_id = ?1 ORDER BY identifier LIMIT 250) RETURNING identifier",
    "DELETE FROM identity_providers WHERE pool_id = ?1 AND name IN \
        (SELECT name FROM identity_providers WHERE pool_id = ?1 ORDER BY name LIMIT 250) RETURNING name",
    "DELETE FROM provider_links WHERE pool_id = ?1 AND (provider_id, link_key) IN \
        (SELECT provider_id, link_key FROM provider_links WHERE pool_id = ?1 ORDER BY provider_id, link_key LIMIT 250) \
        RETURNING link_key",
    "DELETE FROM software_tokens WHERE pool_id = ?1 AND user_id IN \
        (SELECT user_id FROM software_tokens WHERE pool_id = ?1 ORDER BY user_id LIMIT 250) RETURNING user_id",
    "DELETE FROM resource_counts WHERE pool_id = ?1 RETURNING resource",
    "DELETE FROM user_attrs WHERE pool_id = ?1 AND (attr, value, user_id) IN \
        (SELECT attr, value, user_id FROM user_attrs WHERE pool_id = ?1 ORDER BY attr, value, user_id LIMIT 250) \
        RETURNING user_id",
    "DELETE FROM logins WHERE pool_id = ?1 AND name IN \
        (SELECT name FROM logins WHERE pool_id = ?1 ORDER BY name LIMIT 250) RETURNING name",
    "DELETE FROM users WHERE pool_id = ?1 AND user_id IN \
        (SELECT user_id FROM users WHERE pool_id = ?1 ORDER BY user_id LIMIT 250) RETURNING user_id",
    "DELETE FROM tombstones WHERE pool_id = ?1 AND user_id IN \
        (SELECT user_id FROM tombstones WHERE pool_id = ?1 ORDER BY user_id LIMIT 250) RETURNING user_id",
    "DELETE FROM user_counts WHERE pool_id = ?1 RETURNING shard",
    "DELETE FROM ui_customizations WHERE pool_id = ?1 AND client_id IN \
        (SELECT client_id FROM ui_customizations WHERE pool_id = ?1 ORDER BY client_id LIMIT 250) RETURNING client_id",
    "DELETE FROM login_assets WHERE pool_id = ?1 AND style_id IN \
        (SELECT style_id FROM login_assets WHERE pool_id = ?1 ORDER BY style_id LIMIT 250) RETURNING style_id",
    "DELETE FROM login_styles WHERE pool_id = ?1 AND style_id IN \
        (SELECT style_id FROM login_styles WHERE pool_id = ?1 ORDER BY style_id LIMIT 250) RETURNING style_id",
    "DELETE FROM current_keys WHERE pool_id = ?1 RETURNING kid",
    "DELETE FROM signing_keys WHERE pool_id = ?1 AND kid IN \
        (SELECT kid FROM signing_keys WHERE pool_id = ?1 ORDER BY kid LIMIT 250) RETURNING kid",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_as_large_as_their_reader_believes() {
        let limit = format!("LIMIT {PURGE_ROWS})");
        let whole: Vec<_> = PURGE
            .iter()
            .filter(|statement| !statement.contains(&limit))
            .map(|statement| statement.split(' ').nth(2))
            .collect();
        // Of these a pool has a handful of rows at most.
        let few = ["domains", "resource_counts", "user_counts", "current_keys"];
        assert_eq!(whole, few.map(Some));
    }
}
