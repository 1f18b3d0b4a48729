//! UntagResource: takes tags from a pool; those that it does not have are not missed.

use cognate_shapes::{UntagResourceRequest, UntagResourceResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;

pub async fn untag_resource(
    cx: &Cx<'_>,
    input: UntagResourceRequest,
) -> Result<UntagResourceResponse> {
    attempt(cx, &input).await
}

async fn attempt(cx: &Cx<'_>, input: &UntagResourceRequest) -> Result<UntagResourceResponse> {
    let pool = resources::tags::pool_of(cx, &input.resource_arn).await?;
    let mut tags = pool.doc.tags.clone();
    tags.retain(|key, _| !input.tag_keys.contains(key));
    resources::tags::replace(cx, pool, tags).await?;
    Ok(UntagResourceResponse {})
}
