//! `risk_messages`: the templates of the messages about risky sign-ins, of a pool or of one of its clients.

use super::rows::{self, Query, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Store, StoreError, params};

const GET: &str = "SELECT doc, mac FROM risk_messages WHERE pool_id = ?1 AND client_id = ?2";
const PUT: &str = "INSERT INTO risk_messages (pool_id, client_id, doc, mac) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (pool_id, client_id) DO UPDATE SET doc = ?3, mac = ?4";
const DELETE: &str = "DELETE FROM risk_messages WHERE pool_id = ?1 AND client_id = ?2";

/// The client id of the row that is the pool's own. No client has this id: theirs are in lower case.
pub const ALL: &str = "ALL";

rows! {
    /// The templates as they are stored.
    #[derive(Clone, Debug)]
    pub struct RiskMessagesRow {
        /// JSON, the domain's.
        pub doc: String,
        /// Over [`signed_row`].
        pub mac: Option<Vec<u8>>,
    }
}

/// Returns what is signed of a row.
#[must_use]
pub fn signed_row<'a>(client_id: &'a str, doc: &'a str) -> Signed<'a> {
    signed!("risk_messages": client_id, doc)
}

/// Selects the templates of a client, or of [`ALL`].
#[must_use]
pub fn query(pool_id: &str, client_id: &str) -> Query {
    (GET, params![pool_id, client_id])
}

/// Returns the templates of a client, or of [`ALL`].
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<RiskMessagesRow>, StoreError> {
    rows::one(store.first(query(pool_id, client_id)).await?)
}

/// Sets the templates of a client, or of [`ALL`]. The same batch must require the client or the pool.
pub fn put(batch: Batch, pool_id: &str, client_id: &str, doc: &str, mac: Vec<u8>) -> Batch {
    batch.run(PUT, params![pool_id, client_id, doc, mac])
}

/// Forgets the templates of a client, or of [`ALL`].
pub fn delete(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, client_id])
}
