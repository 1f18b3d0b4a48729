//! `retired_providers`: of each name the provider that was deleted last.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Store, StoreError, params};

const GET: &str =
    "SELECT provider_id, doc, mac FROM retired_providers WHERE pool_id = ?1 AND name = ?2";
const INSERT: &str = "INSERT INTO retired_providers (pool_id, name, provider_id, doc, mac) VALUES (?1, ?2, ?3, ?4, ?5)";
const FORGET: &str = "DELETE FROM retired_providers WHERE pool_id = ?1 AND name = ?2";

rows! {
    /// A deleted provider's columns besides its name.
    #[derive(Clone, Debug)]
    pub struct RetiredRow {
        /// Its id.
        pub provider_id: String,
        /// JSON, the domain's.
        pub doc: String,
        /// Over [`RetiredRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl RetiredRow {
    /// Returns what is signed of a deleted provider.
    #[must_use]
    pub fn signed<'a>(&'a self, name: &'a str) -> Signed<'a> {
        signed!("retired_providers": name, &self.provider_id, &self.doc)
    }
}

/// Returns the provider that was deleted last under this name.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    name: &str,
) -> Result<Option<RetiredRow>, StoreError> {
    rows::one(store.first((GET, params![pool_id, name])).await?)
}

/// Keeps a provider that is deleted, in the place of one before it.
pub fn keep(batch: Batch, pool_id: &str, name: &str, row: &RetiredRow) -> Batch {
    let params = params![pool_id, name, &row.provider_id, &row.doc, row.mac.as_ref()];
    forget(batch, pool_id, name).run(INSERT, params)
}

/// Forgets the provider that was deleted last under this name.
pub fn forget(batch: Batch, pool_id: &str, name: &str) -> Batch {
    batch.run(FORGET, params![pool_id, name])
}
