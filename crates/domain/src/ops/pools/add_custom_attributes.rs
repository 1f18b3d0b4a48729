//! AddCustomAttributes: adds custom attributes to a pool's schema; they can never be changed or deleted again.

use cognate_shapes::{AddCustomAttributesRequest, AddCustomAttributesResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::resources;
use crate::resources::pools::settings;

pub async fn add_custom_attributes(
    cx: &Cx<'_>,
    input: AddCustomAttributesRequest,
) -> Result<AddCustomAttributesResponse> {
    attempt(cx, &input).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: &AddCustomAttributesRequest,
) -> Result<AddCustomAttributesResponse> {
    let before = resources::pools::fresh(cx, &input.user_pool_id).await?;
    if before.doc.reshaping.is_some() {
        return Err(errors::pools::attributes_are_changing().into());
    }
    let mut doc = before.doc.clone();
    settings::extend_schema(&mut doc.schema, input.custom_attributes.clone())?;
    resources::pools::put_unless_importing(cx, before, doc).await?;
    Ok(AddCustomAttributesResponse {})
}
