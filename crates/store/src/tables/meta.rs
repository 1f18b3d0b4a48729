//! `meta`: a few named values of the whole database, such as its stamp and the offset of the service's clock.

use super::rows::Query;
use crate::{Batch, Label, Store, StoreError, params};

pub(crate) const GET: &str = "SELECT value FROM meta WHERE name = ?1";
const INSERT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
const REPLACE: &str = "UPDATE meta SET value = ?2 WHERE name = ?1 AND value = ?3";
const PUT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Another node or program wrote the value in between.
pub const STALE: Label = Label("stale");

/// Returns the value of a name, if it has one.
///
/// # Errors
/// [`StoreError`].
pub async fn get(store: &Store, name: &str) -> Result<Option<String>, StoreError> {
    match store.row(GET, params![name]).await? {
        Some(mut row) => row.take_text(0).map(Some),
        None => Ok(None),
    }
}

/// Returns the query of the value of a name.
#[must_use]
pub fn named(name: &str) -> Query {
    (GET, params![name])
}

/// Sets a value if it still is `seen` (`None`: if the name has none yet); otherwise the batch is a conflict under
/// [`STALE`]. The value itself is the version.
pub fn put(batch: Batch, name: &str, seen: Option<&str>, value: &str) -> Batch {
    match seen {
        None => batch.one(INSERT, params![name, value], STALE),
        Some(seen) => batch.one(REPLACE, params![name, value, seen], STALE),
    }
}

/// Sets a value whatever it was.
pub fn overwrite(batch: Batch, name: &str, value: &str) -> Batch {
    batch.run(PUT, params![name, value])
}
