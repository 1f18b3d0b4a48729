//! CreateManagedLoginBranding: adds a style for the managed login pages of an app client.

use cognate_crypto::random;
use cognate_shapes::{CreateManagedLoginBrandingRequest, CreateManagedLoginBrandingResponse};
use cognate_store::tables::login_styles::{self, StyleRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Result, branding};
use crate::resources::branding::style::{self, Shown, StyleDoc};
use crate::resources::branding::{assets, settings};
use crate::resources::{clients, pools};

/// Styles that a pool may have (admin.md 7.2).
const MOST: i64 = 20;

const FULL: Label = Label("login_styles_full");

pub async fn create_managed_login_branding(
    cx: &Cx<'_>,
    input: CreateManagedLoginBrandingRequest,
) -> Result<CreateManagedLoginBrandingResponse> {
    pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: CreateManagedLoginBrandingRequest,
) -> Result<CreateManagedLoginBrandingResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let client = clients::fresh(cx, &pool, &input.client_id).await?;
    let own_look = input.use_cognito_provided_values == Some(true);
    // Exactly one of the two; images go with either (settled D16).
    if own_look == input.settings.is_some() {
        return Err(branding::look_or_settings().into());
    }
    let doc = StyleDoc {
        own_look,
        settings: match &input.settings {
            Some(sent) => settings::accept(sent)?,
            None => serde_json::Map::new(),
        },
    };
    let images = assets::accept(cx, input.assets).await?;
    let row = StyleRow {
        style_id: random::uuid_v4(),
        client_id: client.id.clone(),
        doc: serde_json::to_string(&doc)?,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
    };
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = login_styles::insert(batch, &pool.id, &row);
    let batch = resource_counts::take(batch, &pool.id, login_styles::RESOURCE, MOST, FULL);
    let batch = images.iter().fold(batch, |batch, image| {
        login_styles::put_asset(batch, &pool.id, &row.style_id, image)
    });
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => branding::too_many_styles().into(),
        other => style::conflict(cx, &pool, &client.id, other),
    })
    .await?;
    Ok(CreateManagedLoginBrandingResponse {
        managed_login_branding: Some(style::load(cx, &pool, row, Shown::Customized).await?),
    })
}
