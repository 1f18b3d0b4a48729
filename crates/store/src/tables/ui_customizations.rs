//! `ui_customizations`: how the classic pages of a pool or of one app client look.

use super::rows::{self, rows};
use crate::{Batch, Label, Outcome, Store, StoreError, params};

/// Another node created the row at the same time.
pub const RACE: Label = Label("customization_race");

const BY_CLIENT: &str = "SELECT client_id, css, image_kind, created, modified FROM ui_customizations \
     WHERE pool_id = ?1 AND client_id IN (?2, ?3)";
const IMAGE: &str = "SELECT image FROM ui_customizations WHERE pool_id = ?1 AND client_id = ?2";
const PUT: &str = "INSERT INTO ui_customizations (pool_id, client_id, css, image, image_kind, created, modified, ver) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1) ON CONFLICT (pool_id, client_id) DO UPDATE SET css = ?3, image = ?4, \
     image_kind = ?5, modified = ?6, ver = ui_customizations.ver + 1 RETURNING created";
const DELETE: &str = "DELETE FROM ui_customizations WHERE pool_id = ?1 AND client_id = ?2";

/// The client id of the row that applies to every client without one of its own.
pub const ALL: &str = "ALL";

rows! {
    /// A customization as it is stored, without the image itself.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CustomizationRow {
        /// A client, or [`ALL`].
        pub client_id: String,
        /// The style sheet, if there is one.
        pub css: Option<String>,
        /// The kind of the image, if there is one.
        pub image_kind: Option<String>,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
    }
}

/// Returns the customization that applies to a client of the pool: its own, else that for [`ALL`].
///
/// # Errors
/// [`StoreError`].
pub async fn in_force(
    store: &Store,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<CustomizationRow>, StoreError> {
    let query = (BY_CLIENT, params![pool_id, client_id, ALL]);
    let mut rows: Vec<CustomizationRow> = rows::all(store.all(query).await?)?;
    rows.sort_by_key(|row| row.client_id != client_id);
    Ok(rows.into_iter().next())
}

/// Returns the image of a customization, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn image(
    store: &Store,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = store.first((IMAGE, params![pool_id, client_id])).await?;
    Ok(row
        .map(|mut row| row.take_opt_bytes(0))
        .transpose()?
        .flatten())
}

/// Inserts a customization or replaces the existing one; [`created`] returns the time of the first one.
pub fn put(
    batch: Batch,
    pool_id: &str,
    client_id: &str,
    css: Option<&str>,
    image: Option<(&[u8], &str)>,
    now: i64,
) -> Batch {
    let (bytes, kind) = image.unzip();
    let params = params![pool_id, client_id, css, bytes, kind, now];
    batch.one_returning(PUT, params, RACE)
}

/// Returns when the customization of [`put`] was first made, from the outcome of a batch with nothing else that returns
/// rows.
///
/// # Errors
/// [`StoreError::Column`].
pub fn created(outcome: &Outcome) -> Result<Option<i64>, StoreError> {
    outcome.first(0).map(|row| row.int(0)).transpose()
}

/// Deletes a customization, if there is one.
pub fn delete(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch.run(DELETE, params![pool_id, client_id])
}
