//! GetUICustomization: shows how the classic pages of an app client look: by its own customization, else by the pool's.

use cognate_shapes::{GetUICustomizationRequest, GetUICustomizationResponse, UICustomizationType};
use cognate_store::tables::ui_customizations::{self, ALL};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::{self, clients, pools};

pub async fn get_ui_customization(
    cx: &Cx<'_>,
    input: GetUICustomizationRequest,
) -> Result<GetUICustomizationResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let client_id = input.client_id.as_deref().unwrap_or(ALL);
    if client_id != ALL {
        clients::fresh(cx, &pool, client_id).await?;
    }
    let host = resources::branding::host(cx, &pool).await?;
    let row = ui_customizations::in_force(&cx.store, &pool.id, client_id).await?;
    let ui_customization = match row {
        Some(row) => resources::branding::customization(&pool, &host, row)?,
        // An empty object, as documented, for pages that look as they came.
        None => UICustomizationType::default(),
    };
    Ok(GetUICustomizationResponse { ui_customization })
}
