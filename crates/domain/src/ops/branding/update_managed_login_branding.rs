//! UpdateManagedLoginBranding: changes a style. Settings and images that the request leaves out stay as they are, so
//! that a large style can be sent in parts; going back to the service's own look ends them all.

use cognate_shapes::{UpdateManagedLoginBrandingRequest, UpdateManagedLoginBrandingResponse};
use cognate_store::Batch;
use cognate_store::tables::{guards, login_styles};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Result, branding};
use crate::resources::branding::style::{self, Shown, StyleDoc};
use crate::resources::branding::{assets, settings};
use crate::resources::pools;

pub async fn update_managed_login_branding(
    cx: &Cx<'_>,
    input: UpdateManagedLoginBrandingRequest,
) -> Result<UpdateManagedLoginBrandingResponse> {
    pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: UpdateManagedLoginBrandingRequest,
) -> Result<UpdateManagedLoginBrandingResponse> {
    // The model leaves open whether these are there.
    let pool_id = input
        .user_pool_id
        .ok_or_else(|| branding::missing("userPoolId"))?;
    let id = input
        .managed_login_branding_id
        .ok_or_else(|| branding::missing("managedLoginBrandingId"))?;
    let pool = pools::fresh(cx, &pool_id).await?;
    let mut row = style::find(cx, &pool, &id).await?;
    let own_look = input.use_cognito_provided_values == Some(true);
    if own_look && input.settings.is_some() {
        return Err(branding::look_or_settings().into());
    }
    let images = assets::accept(cx, input.assets).await?;
    let mut doc: StyleDoc = serde_json::from_str(&row.doc)?;
    if own_look {
        doc = StyleDoc {
            own_look,
            ..StyleDoc::default()
        };
    } else {
        let kept = login_styles::asset_keys(&cx.store, &pool.id, &row.style_id).await?;
        assets::check_count(kept, &images)?;
        if let Some(sent) = &input.settings {
            settings::merge(&mut doc.settings, settings::accept(sent)?);
            doc.own_look = false;
        }
    }
    row.doc = serde_json::to_string(&doc)?;
    let mut batch = guards::require_pool_active(Batch::new(), &pool.id);
    batch = login_styles::update(batch, &pool.id, &row, cx.now());
    if own_look {
        batch = login_styles::delete_assets(batch, &pool.id, &row.style_id);
    }
    for image in &images {
        batch = login_styles::put_asset(batch, &pool.id, &row.style_id, image);
    }
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        style::conflict(cx, &pool, &row.client_id, label)
    })
    .await?;
    row.modified = cx.now();
    Ok(UpdateManagedLoginBrandingResponse {
        managed_login_branding: Some(style::load(cx, &pool, row, Shown::Customized).await?),
    })
}
