//! TagResource: adds tags to a pool, and replaces the values of tags that it has.

use cognate_shapes::{TagResourceRequest, TagResourceResponse};

use crate::cx::Cx;
use crate::errors::{Result, invalid_parameter};
use crate::resources;
use crate::resources::chosen;
use crate::resources::pools::settings::tag_refusal;

pub async fn tag_resource(cx: &Cx<'_>, input: TagResourceRequest) -> Result<TagResourceResponse> {
    attempt(cx, &input).await
}

async fn attempt(cx: &Cx<'_>, input: &TagResourceRequest) -> Result<TagResourceResponse> {
    let pool = resources::tags::pool_of(cx, &input.resource_arn).await?;
    let mut tags = pool.doc.tags.clone();
    let mut sent = input.tags.clone();
    chosen::strip(cx, Some(&mut sent));
    tags.extend(sent);
    if let Some(text) = tag_refusal(&tags) {
        return Err(invalid_parameter(text).into());
    }
    resources::tags::replace(cx, pool, tags).await?;
    Ok(TagResourceResponse {})
}
