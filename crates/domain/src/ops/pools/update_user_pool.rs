//! UpdateUserPool: changes a pool's settings; most of what the request leaves out returns to its default.

use cognate_shapes::{UpdateUserPoolRequest, UpdateUserPoolResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;
use crate::resources::chosen;
use crate::resources::clients::settings::check_registrable;
use crate::resources::pools::settings;

pub async fn update_user_pool(
    cx: &Cx<'_>,
    mut input: UpdateUserPoolRequest,
) -> Result<UpdateUserPoolResponse> {
    chosen::strip(cx, input.user_pool_tags.as_mut());
    resources::pools::contended(cx, attempt(cx, input.clone())).await
}

async fn attempt(cx: &Cx<'_>, input: UpdateUserPoolRequest) -> Result<UpdateUserPoolResponse> {
    let before = resources::pools::fresh(cx, &input.user_pool_id).await?;
    check_registrable(cx, Some(&before), input.dcr_configuration.as_ref()).await?;
    let doc = settings::of_updated_pool(cx, &before.region, before.doc.clone(), input)?;
    resources::pools::put_unless_importing(cx, before, doc).await?;
    Ok(UpdateUserPoolResponse {})
}
