//! ListTagsForResource: shows the tags of a pool.

use cognate_shapes::{ListTagsForResourceRequest, ListTagsForResourceResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;

pub async fn list_tags_for_resource(
    cx: &Cx<'_>,
    input: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse> {
    let pool = resources::tags::pool_of(cx, &input.resource_arn).await?;
    Ok(ListTagsForResourceResponse {
        tags: Some(pool.doc.tags),
    })
}
