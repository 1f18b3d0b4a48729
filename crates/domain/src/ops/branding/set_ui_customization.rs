//! SetUICustomization: replaces the style sheet and the logo of the classic pages, of one app client or of all without
//! their own. A part that is left out is deleted; without either, the customization itself is.

use cognate_shapes::{SetUICustomizationRequest, SetUICustomizationResponse, UICustomizationType};
use cognate_store::tables::guards;
use cognate_store::tables::ui_customizations::{self, ALL, CustomizationRow};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::resources::branding::{css, image};
use crate::resources::{self, clients, pools};

pub async fn set_ui_customization(
    cx: &Cx<'_>,
    input: SetUICustomizationRequest,
) -> Result<SetUICustomizationResponse> {
    attempt(cx, &input).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: &SetUICustomizationRequest,
) -> Result<SetUICustomizationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let client_id = input.client_id.as_deref().unwrap_or(ALL);
    if client_id != ALL {
        clients::fresh(cx, &pool, client_id).await?;
    }
    let host = resources::branding::host(cx, &pool).await?;
    // An empty text or file says the same as none.
    let css = input.css.as_deref().filter(|css| !css.is_empty());
    if let Some(css) = css {
        css::check(css)?;
    }
    let image = input
        .image_file
        .as_ref()
        .map(|blob| blob.0.as_slice())
        .filter(|bytes| !bytes.is_empty());
    let image = match image {
        Some(bytes) => Some((bytes, image::logo_kind(bytes)?)),
        None => None,
    };
    let mut batch = guards::require_pool_active(Batch::new(), &pool.id);
    if client_id != ALL {
        batch = guards::require_client_exists(batch, &pool.id, client_id);
    }
    let kept = css.is_some() || image.is_some();
    batch = if kept {
        ui_customizations::put(batch, &pool.id, client_id, css, image, cx.now())
    } else {
        ui_customizations::delete(batch, &pool.id, client_id)
    };
    let batch = audit::record(cx, batch, &pool.id, None);
    let outcome = cx
        .commit(batch, |label| conflict(cx, &pool, client_id, label))
        .await?;
    let ui_customization = if kept {
        let row = CustomizationRow {
            client_id: client_id.to_owned(),
            css: css.map(str::to_owned),
            image_kind: image.map(|(_, kind)| kind.to_owned()),
            created: ui_customizations::created(&outcome)?.unwrap_or(cx.now()),
            modified: cx.now(),
        };
        resources::branding::customization(&pool, &host, row)?
    } else {
        UICustomizationType::default()
    };
    Ok(SetUICustomizationResponse { ui_customization })
}

fn conflict(cx: &Cx<'_>, pool: &Pool, client_id: &str, label: Label) -> Fault {
    match label {
        guards::CLIENT_GONE => {
            cx.cache.forget(&pool.id, Some(client_id));
            Fault::Stale
        }
        ui_customizations::RACE => Fault::Stale,
        other => pools::conflict(cx, &pool.id, other),
    }
}
