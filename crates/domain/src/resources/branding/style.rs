//! A managed login style: its stored form, how it is found, and its description in answers.

use cognate_shapes::{AssetType, ManagedLoginBrandingType, Timestamp};
use cognate_store::Label;
use cognate_store::tables::guards;
use cognate_store::tables::login_styles::{self, StyleRow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::errors::{Fault, Result, branding};
use crate::records::pool::Pool;
use crate::resources::branding::{assets, settings};
use crate::resources::pools;

/// The document of a style's row.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct StyleDoc {
    /// True if the service's own look is used.
    pub own_look: bool,
    /// The settings; empty while the service's own look is used.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

/// The extent to which an answer describes a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The settings that were sent.
    Customized,
    /// That, laid over the defaults.
    Merged,
}

impl Shown {
    /// Returns the extent that the flag in a request asks for.
    pub fn asked(merged: Option<bool>) -> Self {
        if merged == Some(true) {
            Self::Merged
        } else {
            Self::Customized
        }
    }
}

/// Returns the style of that id.
pub async fn find(cx: &Cx<'_>, pool: &Pool, id: &str) -> Result<StyleRow> {
    // Ids are kept in lower case; the model takes capitals too.
    let row = login_styles::get(&cx.store, &pool.id, &id.to_ascii_lowercase()).await?;
    Ok(row.ok_or_else(|| branding::style_not_found(id))?)
}

/// Returns a style with its images as they are stored.
pub async fn load(
    cx: &Cx<'_>,
    pool: &Pool,
    row: StyleRow,
    shown: Shown,
) -> Result<ManagedLoginBrandingType> {
    let images = login_styles::assets(&cx.store, &pool.id, &row.style_id).await?;
    to_api(pool, row, assets::show(images)?, shown)
}

fn to_api(
    pool: &Pool,
    row: StyleRow,
    images: Vec<AssetType>,
    shown: Shown,
) -> Result<ManagedLoginBrandingType> {
    let doc: StyleDoc = serde_json::from_str(&row.doc)?;
    let settings = match shown {
        Shown::Merged => Some(settings::merged(doc.settings)),
        Shown::Customized if doc.own_look => None,
        Shown::Customized => Some(Value::Object(doc.settings)),
    };
    Ok(ManagedLoginBrandingType {
        managed_login_branding_id: Some(row.style_id),
        user_pool_id: Some(pool.id.clone()),
        use_cognito_provided_values: Some(doc.own_look),
        settings,
        assets: Some(images).filter(|images| !images.is_empty()),
        creation_date: Some(Timestamp(row.created)),
        last_modified_date: Some(Timestamp(row.modified)),
    })
}

/// Maps a conflict of a batch on styles to an error.
pub fn conflict(cx: &Cx<'_>, pool: &Pool, client_id: &str, label: Label) -> Fault {
    match label {
        login_styles::STYLE_EXISTS => branding::style_exists().into(),
        login_styles::STYLE_STALE => Fault::Stale,
        guards::CLIENT_GONE => {
            cx.cache.forget(&pool.id, Some(client_id));
            Fault::Stale
        }
        other => pools::conflict(cx, &pool.id, other),
    }
}
