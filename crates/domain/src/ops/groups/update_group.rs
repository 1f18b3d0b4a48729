//! UpdateGroup: changes the members that the request names of a group; the rest stays (admin.md 2.6).

use cognate_shapes::{UpdateGroupRequest, UpdateGroupResponse};
use cognate_store::Batch;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::guards;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::{before_image, group};
use crate::{audit, resources};

pub async fn update_group(cx: &Cx<'_>, input: UpdateGroupRequest) -> Result<UpdateGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = resources::groups::find(cx, &pool, &input.group_name).await?;
    let after = GroupRow {
        description: input.description.or(before.description),
        role: input.role_arn.or(before.role),
        precedence: input.precedence.or(before.precedence),
        modified: cx.now(),
        ..before
    };
    let after = group::sign(&pool, after);
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, &pool, cx.now(), |keep, batch| {
        keep.group(batch, &after.group_id)
    });
    let batch = groups::update(batch, &pool.id, &after);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| resources::groups::conflict(cx, &pool, label))
        .await?;
    Ok(UpdateGroupResponse {
        group: Some(resources::groups::to_api(&pool, after)),
    })
}
