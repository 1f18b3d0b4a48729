//! GetGroup: shows one group.

use cognate_shapes::{GetGroupRequest, GetGroupResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;

pub async fn get_group(cx: &Cx<'_>, input: GetGroupRequest) -> Result<GetGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = resources::groups::find(cx, &pool, &input.group_name).await?;
    Ok(GetGroupResponse {
        group: Some(resources::groups::to_api(&pool, group)),
    })
}
