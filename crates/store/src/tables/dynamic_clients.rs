//! `dynamic_clients`: the clients that registered themselves, beside their rows in `clients`.
//!
//! The column `used` says by whom a client was used: [`Use`].

use super::clients::ClientRow;
use super::rows::rows;
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, Row, Store, StoreError, params};

/// The registration has changed since it was read, or is gone.
pub const REGISTRATION_STALE: Label = Label("registration_stale");

const INSERT: &str = "INSERT INTO dynamic_clients (pool_id, client_id, token_key, used, created, mac, idle_since) \
     VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)";
const WITH_CLIENT: &str = "SELECT d.token_key, d.used, d.created, d.mac, d.idle_since, c.pool_id, c.client_id, c.doc, c.sealed, c.created, \
     c.modified, c.ver, c.mac FROM dynamic_clients d JOIN clients c ON c.pool_id = d.pool_id AND c.client_id = d.client_id \
     WHERE d.pool_id = ?1 AND d.client_id = ?2";
const SET_TOKEN: &str = "UPDATE dynamic_clients SET token_key = ?4, mac = ?5 \
     WHERE pool_id = ?1 AND client_id = ?2 AND token_key = ?3";
const USE: &str =
    "UPDATE dynamic_clients SET used = 1 WHERE pool_id = ?1 AND client_id = ?2 AND used <> 1";
// One whose row is from before the column had no time; it gets one.
const USE_AT: &str = "UPDATE dynamic_clients SET used = 1, idle_since = ?3 WHERE pool_id = ?1 AND client_id = ?2 \
     AND (used <> 1 OR idle_since IS NULL OR idle_since <= ?4)";
// No sign-in of a user becomes less for it.
const USE_ITSELF_AT: &str = "UPDATE dynamic_clients SET used = 2, idle_since = ?3 WHERE pool_id = ?1 AND client_id = ?2 \
     AND (used = 0 OR used = 2 AND idle_since <= ?4)";
const KEEP: &str =
    "UPDATE dynamic_clients SET used = 1, idle_since = NULL WHERE pool_id = ?1 AND client_id = ?2";
const TO_NOTE_ITSELF: &str = "SELECT 1 FROM dynamic_clients WHERE pool_id = ?1 AND client_id = ?2 \
     AND (used = 0 OR used = 2 AND idle_since <= ?3)";
const DELETE: &str = "DELETE FROM dynamic_clients WHERE pool_id = ?1 AND client_id = ?2";
// The condition is of the statement that deletes: of two batches that had each found the row first, and so kept it for themselves,
// none could delete it.
const DELETE_AT_TOKEN: &str =
    "DELETE FROM dynamic_clients WHERE pool_id = ?1 AND client_id = ?2 AND token_key = ?3";
const DELETE_UNUSED: &str = "DELETE FROM dynamic_clients WHERE pool_id = ?1 AND client_id = ?2 AND used = 0 AND created <= ?3";
const DELETE_IDLE: &str = "DELETE FROM dynamic_clients WHERE pool_id = ?1 AND client_id = ?2 AND used <> 0 AND idle_since <= ?3";
const OLD_UNUSED: &str = "SELECT pool_id, client_id FROM dynamic_clients WHERE used = 0 AND created <= ?1 \
     ORDER BY created, pool_id, client_id LIMIT ?2";
const IDLE: &str = "SELECT pool_id, client_id FROM dynamic_clients WHERE used IN (1, 2) AND idle_since <= ?1 \
     ORDER BY idle_since, pool_id, client_id LIMIT ?2";
// Those that somebody answers for have no time.
const LONGEST_IDLE: &str = "SELECT client_id FROM dynamic_clients WHERE pool_id = ?1 AND used = ?2 AND idle_since <= ?3 \
     ORDER BY idle_since, client_id LIMIT ?4";
const PAGE: &str = "SELECT d.token_key, d.used, d.created, d.mac, d.idle_since, c.pool_id, c.client_id, c.doc, c.sealed, c.created, \
     c.modified, c.ver, c.mac FROM dynamic_clients d JOIN clients c ON c.pool_id = d.pool_id AND c.client_id = d.client_id \
     WHERE d.pool_id = ?1 AND d.client_id > ?2 ORDER BY d.client_id LIMIT ?3";

/// By whom a client was used, as `used` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// By nobody.
    Never = 0,
    /// By a user who signed in, or as one that somebody answers for or looks after.
    ByUser = 1,
    /// By itself alone, and nobody answers for it.
    ByItself = 2,
}

rows! {
    /// A registration as it is stored.
    pub struct RegistrationRow {
        /// The MAC of the token, in hexadecimal digits.
        pub token_key: String,
        /// True once the client had a token, or an administrator changed it.
        pub used: bool,
        /// Microseconds.
        pub created: i64,
        /// Over [`signed`](RegistrationRow::signed).
        pub mac: Option<Vec<u8>>,
        /// Since when nobody signed in by a client that nobody answers for, or since when it had no token of its own, as of a
        /// day ago at most, in microseconds; None for a client that stays.
        pub idle_since: Option<i64>,
    }
}

impl RegistrationRow {
    /// Returns what is signed of a registration.
    #[must_use]
    pub fn signed<'a>(&'a self, client_id: &'a str) -> Signed<'a> {
        signed!("dynamic_clients": client_id, &self.token_key, self.created)
    }
}

/// A registration and the client that it made.
pub struct Registered {
    /// The registration.
    pub registration: RegistrationRow,
    /// The client.
    pub client: ClientRow,
}

impl Registered {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        let registration = RegistrationRow::read(&mut row)?;
        Ok(Self {
            registration,
            client: ClientRow {
                pool_id: row.take_text(5)?,
                client_id: row.take_text(6)?,
                doc: row.take_text(7)?,
                sealed: row.take_opt_bytes(8)?,
                created: row.int(9)?,
                modified: row.int(10)?,
                ver: row.int(11)?,
                mac: row.take_opt_bytes(12)?,
            },
        })
    }
}

/// Adds a registration; its client is in the same batch.
pub fn insert(batch: Batch, pool_id: &str, client_id: &str, row: &RegistrationRow) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            client_id,
            &row.token_key,
            row.created,
            row.mac.as_ref(),
            row.idle_since
        ],
    )
}

/// Returns a registration with its client.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<Registered>, StoreError> {
    let row = store
        .first((WITH_CLIENT, params![pool_id, client_id]))
        .await?;
    row.map(Registered::read).transpose()
}

/// Returns up to `limit` registrations of a pool whose client's id is above `after`, by that id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Registered>, StoreError> {
    let rows = store.all((PAGE, params![pool_id, after, limit])).await?;
    rows.into_iter().map(Registered::read).collect()
}

/// Puts the token of `after` in the place of the one that was read; [`REGISTRATION_STALE`].
pub fn set_token(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    before: &str,
    after: &RegistrationRow,
) -> Batch {
    batch.one(
        SET_TOKEN,
        params![
            pool_id,
            client_id,
            before,
            &after.token_key,
            after.mac.as_ref()
        ],
        REGISTRATION_STALE,
    )
}

/// Notes that a client is used, if it is one that registered itself.
pub fn note_use(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch.run(USE, params![pool_id, client_id])
}

/// Notes that a client that nobody answers for is used `now`, unless a use after `noted` is noted already; both in
/// microseconds.
pub fn note_use_at(batch: Batch, pool_id: &str, client_id: &str, now: i64, noted: i64) -> Batch {
    batch.run(USE_AT, params![pool_id, client_id, now, noted])
}

/// Notes that a client that nobody answers for had a token of its own `now`, unless one after `noted` is noted already, or a user
/// has signed in by it; both in microseconds.
pub fn note_own_use_at(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    now: i64,
    noted: i64,
) -> Batch {
    batch.run(USE_ITSELF_AT, params![pool_id, client_id, now, noted])
}

/// Lets a client stay, however long it is not used: an administrator looks after it.
pub fn keep(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch.run(KEEP, params![pool_id, client_id])
}

/// Returns the query that finds a row for a client that registered itself and whose use by itself is to be noted: it was never used,
/// or by itself alone and not since `noted`, in microseconds.
#[must_use]
pub fn own_use_to_note(pool_id: &str, client_id: &str, noted: i64) -> Query {
    (TO_NOTE_ITSELF, params![pool_id, client_id, noted])
}

/// Deletes the registration of a client, if there is one.
pub fn delete(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, client_id])
}

/// Deletes the registration of a client if its token is still the one that was read; [`REGISTRATION_STALE`].
pub fn delete_at_token(batch: Batch, pool_id: &str, client_id: &str, token_key: &str) -> Batch {
    batch.one(
        DELETE_AT_TOKEN,
        params![pool_id, client_id, token_key],
        REGISTRATION_STALE,
    )
}

/// Deletes the registration of a client that was made by `until`, in microseconds, and never used; [`REGISTRATION_STALE`].
pub fn delete_unused(batch: Batch, pool_id: &str, client_id: &str, until: i64) -> Batch {
    batch.one(
        DELETE_UNUSED,
        params![pool_id, client_id, until],
        REGISTRATION_STALE,
    )
}

/// Deletes the registration of a client that nobody answers for and that was used by `until`, in microseconds, for the last time;
/// [`REGISTRATION_STALE`].
pub fn delete_idle(batch: Batch, pool_id: &str, client_id: &str, until: i64) -> Batch {
    batch.one(
        DELETE_IDLE,
        params![pool_id, client_id, until],
        REGISTRATION_STALE,
    )
}

/// Returns pool and client of up to `limit` registrations that were made by `until`, in microseconds, and never used; the
/// oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn old_unused(
    store: &Store,
    until: i64,
    limit: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    pairs(store.all((OLD_UNUSED, params![until, limit])).await?)
}

/// Returns pool and client of up to `limit` registrations that nobody answers for and that were used by `until`, in
/// microseconds, for the last time; those that are idle for longest first.
///
/// # Errors
/// [`StoreError`].
pub async fn idle(
    store: &Store,
    until: i64,
    limit: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    pairs(store.all((IDLE, params![until, limit])).await?)
}

fn pairs(rows: Vec<Row>) -> Result<Vec<(String, String)>, StoreError> {
    let pair = |mut row: Row| Ok((row.take_text(0)?, row.take_text(1)?));
    rows.into_iter().map(pair).collect()
}

/// Returns up to `limit` clients of a pool that nobody answers for and that were used in that way, and not after `until`, in
/// microseconds: those that were used least lately first; of those that were never used the ones that were made first.
///
/// # Errors
/// [`StoreError`].
pub async fn longest_idle(
    store: &Store,
    pool_id: &str,
    used: Use,
    until: i64,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let params = params![pool_id, used as i64, until, limit];
    let rows = store.all((LONGEST_IDLE, params)).await?;
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}
