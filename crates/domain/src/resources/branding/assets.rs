//! The images of a managed login style (endpoints.md 3.7).

use std::collections::BTreeSet;

use cognate_shapes::{AssetCategoryType, AssetExtensionType, AssetType, Blob};
use cognate_store::tables::login_styles::{AssetKey, AssetRow};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cx::Cx;
use crate::errors::{ApiError, Result, branding};
use crate::foreign::{self, TooSlow};
use crate::resources::branding::image;

/// Most images of a style: as many as one request may hold.
const MOST: usize = 40;

/// Checks uploaded images and returns them as they are stored. Drawings are parsed on the background
/// thread.
///
/// # Errors
/// InvalidParameterException that names every image that cannot be used (settled D17).
pub async fn accept(cx: &Cx<'_>, sent: Option<Vec<AssetType>>) -> Result<Vec<AssetRow>> {
    let sent = sent.unwrap_or_default();
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    match foreign::read(cx, move || judge(sent)).await {
        Ok(judged) => Ok(judged?),
        Err(TooSlow) => Err(branding::too_large().into()),
    }
}

fn judge(sent: Vec<AssetType>) -> std::result::Result<Vec<AssetRow>, ApiError> {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let mut rows = Vec::with_capacity(sent.len());
    for asset in sent {
        let key = AssetKey {
            category: asset.category.as_str().to_owned(),
            color_mode: asset.color_mode.as_str().to_owned(),
            resource: asset.resource_id.unwrap_or_default(),
        };
        let bytes = asset.bytes.unwrap_or_default().0;
        let reason = if !fits(asset.category, asset.extension) {
            Some(branding::WRONG_EXTENSION.into())
        } else if let Some(fault) = image::fault(asset.extension, &bytes) {
            Some(fault)
        } else if !seen.insert(key.clone()) {
            Some(branding::TWICE.into())
        } else {
            None
        };
        let extension = asset.extension.as_str();
        match reason {
            Some(reason) => wrong.push(branding::asset_error(
                &key.category,
                extension,
                &key.color_mode,
                &reason,
            )),
            None => rows.push(AssetRow {
                key,
                extension: extension.to_owned(),
                image: bytes,
            }),
        }
    }
    if wrong.is_empty() {
        Ok(rows)
    } else {
        Err(branding::invalid_assets(&wrong))
    }
}

/// Refuses more images than a style may have, those that it keeps included.
///
/// # Errors
/// InvalidParameterException.
pub fn check_count(kept: Vec<AssetKey>, added: &[AssetRow]) -> std::result::Result<(), ApiError> {
    let mut all: BTreeSet<AssetKey> = kept.into_iter().collect();
    all.extend(added.iter().map(|row| row.key.clone()));
    if all.len() > MOST {
        return Err(branding::too_many_assets());
    }
    Ok(())
}

/// Icons of the browser's tab have categories of their own by kind; an ICO serves nothing else.
fn fits(category: AssetCategoryType, extension: AssetExtensionType) -> bool {
    use {AssetCategoryType as C, AssetExtensionType as E};
    match category {
        C::FaviconIco => extension == E::Ico,
        C::FaviconSvg => extension == E::Svg,
        _ => extension != E::Ico,
    }
}

/// Images as the API shows them.
pub fn show(rows: Vec<AssetRow>) -> Result<Vec<AssetType>> {
    rows.into_iter()
        .map(|row| {
            Ok(AssetType {
                category: named(row.key.category)?,
                color_mode: named(row.key.color_mode)?,
                extension: named(row.extension)?,
                bytes: Some(Blob(row.image)),
                resource_id: Some(row.key.resource).filter(|id| !id.is_empty()),
            })
        })
        .collect()
}

/// Returns a value of an enumeration by its name.
fn named<T: DeserializeOwned>(name: String) -> Result<T> {
    Ok(serde_json::from_value(Value::String(name))?)
}
