//! `login_styles` and `login_assets`: the looks of managed login, one style for each app client at most, and their
//! images.

use super::guards;
use super::rows::{self, FromRow, Query, rows};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// The client has a style.
pub const STYLE_EXISTS: Label = Label("login_style_exists");
/// The style has changed since it was read, or is gone.
pub const STYLE_STALE: Label = Label("login_style_stale");
/// The name under which styles are counted in `resource_counts`.
pub const RESOURCE: &str = "login_styles";

const BY_ID: &str = "SELECT style_id, client_id, doc, created, modified, ver FROM login_styles \
     WHERE pool_id = ?1 AND style_id = ?2";
const BY_CLIENT: &str = "SELECT style_id, client_id, doc, created, modified, ver FROM login_styles \
     WHERE pool_id = ?1 AND client_id = ?2";
const INSERT: &str = "INSERT INTO login_styles (pool_id, style_id, client_id, doc, created, modified, ver) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)";
const UPDATE: &str = "UPDATE login_styles SET doc = ?4, modified = ?5, ver = ver + 1 \
     WHERE pool_id = ?1 AND style_id = ?2 AND ver = ?3";
const DELETE: &str = "DELETE FROM login_styles WHERE pool_id = ?1 AND style_id = ?2 AND ver = ?3";
const ASSETS: &str = "SELECT category, color_mode, resource, extension, image FROM login_assets \
     WHERE pool_id = ?1 AND style_id = ?2 ORDER BY category, color_mode, resource";
const ASSET_KEYS: &str =
    "SELECT category, color_mode, resource FROM login_assets WHERE pool_id = ?1 AND style_id = ?2";
const IMAGES_OF_CLIENT: &str = "SELECT category, color_mode, resource, extension FROM login_assets \
     WHERE pool_id = ?1 AND style_id IN (SELECT style_id FROM login_styles WHERE pool_id = ?1 AND client_id = ?2) \
     ORDER BY category, color_mode, resource";
const IMAGE: &str = "SELECT image FROM login_assets \
     WHERE pool_id = ?1 AND style_id = ?2 AND category = ?3 AND color_mode = ?4 AND resource = ?5";
const PUT_ASSET: &str = "INSERT INTO login_assets (pool_id, style_id, category, color_mode, extension, resource, image) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (pool_id, style_id, category, color_mode, resource) \
     DO UPDATE SET extension = ?5, image = ?7";
const DELETE_ASSETS: &str = "DELETE FROM login_assets WHERE pool_id = ?1 AND style_id = ?2";
const UNCOUNT_OF_CLIENT: &str = "UPDATE resource_counts SET n = n - \
     (SELECT COUNT(*) FROM login_styles WHERE pool_id = ?1 AND client_id = ?2) WHERE pool_id = ?1 AND resource = ?3";
const DELETE_ASSETS_OF_CLIENT: &str = "DELETE FROM login_assets WHERE pool_id = ?1 AND style_id IN \
     (SELECT style_id FROM login_styles WHERE pool_id = ?1 AND client_id = ?2)";
const DELETE_OF_CLIENT: &str = "DELETE FROM login_styles WHERE pool_id = ?1 AND client_id = ?2";

rows! {
    /// A style as it is stored, without its images.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StyleRow {
        /// A UUID.
        pub style_id: String,
        /// The client whose pages it styles.
        pub client_id: String,
        /// JSON.
        pub doc: String,
        /// Microseconds.
        pub created: i64,
        /// Microseconds.
        pub modified: i64,
        /// Grows with every change of the style or its images.
        pub ver: i64,
    }
}

rows! {
    /// The purpose of an image; a style has at most one image for each.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct AssetKey {
        /// Which part of the page.
        pub category: String,
        /// Light or dark pages, or both.
        pub color_mode: String,
        /// Which of several icons; empty for images of which there is one.
        pub resource: String,
    }
}

/// An image without the file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetInfo {
    /// The purpose of the image.
    pub key: AssetKey,
    /// The kind of file.
    pub extension: String,
}

impl FromRow for AssetInfo {
    fn from_row(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            key: AssetKey::read(row)?,
            extension: row.take_text(3)?,
        })
    }
}

/// An image as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetRow {
    /// The purpose of the image.
    pub key: AssetKey,
    /// The kind of file.
    pub extension: String,
    /// The file.
    pub image: Vec<u8>,
}

impl FromRow for AssetRow {
    fn from_row(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            key: AssetKey::read(row)?,
            extension: row.take_text(3)?,
            image: row.take_bytes(4)?,
        })
    }
}

/// Returns the style of that id.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    style_id: &str,
) -> Result<Option<StyleRow>, StoreError> {
    rows::one(store.first((BY_ID, params![pool_id, style_id])).await?)
}

/// Returns the style of a client.
///
/// # Errors
/// [`StoreError`].
pub async fn of_client(
    store: &Store,
    pool_id: &str,
    client_id: &str,
) -> Result<Option<StyleRow>, StoreError> {
    rows::one(
        store
            .first((BY_CLIENT, params![pool_id, client_id]))
            .await?,
    )
}

/// Returns the reads of the style of a client and of its images, for [`look`].
pub fn look_queries(pool_id: &str, client_id: &str) -> [Query; 2] {
    [
        (BY_CLIENT, params![pool_id, client_id]),
        (IMAGES_OF_CLIENT, params![pool_id, client_id]),
    ]
}

/// Returns the style of a client and what images it has, from the answers to [`look_queries`].
///
/// # Errors
/// [`StoreError`].
pub fn look(
    style: Vec<Row>,
    images: Vec<Row>,
) -> Result<Option<(StyleRow, Vec<AssetInfo>)>, StoreError> {
    let Some(style) = rows::one(style.into_iter().next())? else {
        return Ok(None);
    };
    Ok(Some((style, rows::all(images)?)))
}

/// Returns one image of a style.
///
/// # Errors
/// [`StoreError`].
pub async fn image(
    store: &Store,
    pool_id: &str,
    style_id: &str,
    key: &AssetKey,
) -> Result<Option<Vec<u8>>, StoreError> {
    let AssetKey {
        category,
        color_mode,
        resource,
    } = key;
    let query = (
        IMAGE,
        params![pool_id, style_id, category, color_mode, resource],
    );
    let row = store.first(query).await?;
    row.map(|mut row| row.take_bytes(0)).transpose()
}

/// Returns the images of a style by their purpose.
///
/// # Errors
/// [`StoreError`].
pub async fn assets(
    store: &Store,
    pool_id: &str,
    style_id: &str,
) -> Result<Vec<AssetRow>, StoreError> {
    rows::all(store.all((ASSETS, params![pool_id, style_id])).await?)
}

/// Returns the keys of a style's images.
///
/// # Errors
/// [`StoreError`].
pub async fn asset_keys(
    store: &Store,
    pool_id: &str,
    style_id: &str,
) -> Result<Vec<AssetKey>, StoreError> {
    rows::all(store.all((ASSET_KEYS, params![pool_id, style_id])).await?)
}

/// Adds a style to a client that is there; [`CLIENT_GONE`](guards::CLIENT_GONE), [`STYLE_EXISTS`].
pub fn insert(batch: Batch, pool_id: &str, row: &StyleRow) -> Batch {
    let params = params![
        pool_id,
        &row.style_id,
        &row.client_id,
        &row.doc,
        row.created
    ];
    guards::require_client_exists(batch, pool_id, &row.client_id).one(INSERT, params, STYLE_EXISTS)
}

/// Replaces the document of version `row.ver`; [`STYLE_STALE`]. Every change of images goes with one.
pub fn update(batch: Batch, pool_id: &str, row: &StyleRow, now: i64) -> Batch {
    let params = params![pool_id, &row.style_id, row.ver, &row.doc, now];
    batch.one(UPDATE, params, STYLE_STALE)
}

/// Deletes version `row.ver` and its images; [`STYLE_STALE`].
pub fn delete(batch: Batch, pool_id: &str, row: &StyleRow) -> Batch {
    let batch = batch.one(
        DELETE,
        params![pool_id, &row.style_id, row.ver],
        STYLE_STALE,
    );
    delete_assets(batch, pool_id, &row.style_id)
}

/// Puts an image in the place of the one for the same.
pub fn put_asset(batch: Batch, pool_id: &str, style_id: &str, asset: &AssetRow) -> Batch {
    let AssetKey {
        category,
        color_mode,
        resource,
    } = &asset.key;
    let image = asset.image.as_slice();
    let params = params![
        pool_id,
        style_id,
        category,
        color_mode,
        &asset.extension,
        resource,
        image
    ];
    batch.run(PUT_ASSET, params)
}

/// Deletes all images of a style.
pub fn delete_assets(batch: Batch, pool_id: &str, style_id: &str) -> Batch {
    batch.run(DELETE_ASSETS, params![pool_id, style_id])
}

/// Deletes the style of a client, with its images and its place among those that a pool may have.
pub fn delete_of_client(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch
        .run(UNCOUNT_OF_CLIENT, params![pool_id, client_id, RESOURCE])
        .run(DELETE_ASSETS_OF_CLIENT, params![pool_id, client_id])
        .run(DELETE_OF_CLIENT, params![pool_id, client_id])
}
