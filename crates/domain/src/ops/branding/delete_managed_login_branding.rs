//! DeleteManagedLoginBranding: takes a style away; the client's managed login pages do not work until it has another.

use cognate_shapes::DeleteManagedLoginBrandingRequest;
use cognate_store::Batch;
use cognate_store::tables::{guards, login_styles, resource_counts};

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::branding::style;
use crate::resources::pools;

pub async fn delete_managed_login_branding(
    cx: &Cx<'_>,
    input: DeleteManagedLoginBrandingRequest,
) -> Result<()> {
    pools::contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &DeleteManagedLoginBrandingRequest) -> Result<()> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let row = style::find(cx, &pool, &input.managed_login_branding_id).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = login_styles::delete(batch, &pool.id, &row);
    let batch = resource_counts::give_back(batch, &pool.id, login_styles::RESOURCE);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        style::conflict(cx, &pool, &row.client_id, label)
    })
    .await?;
    Ok(())
}
