//! UpdateGroup: changes what the request names of a group; the rest stays (admin.md 2.6).

use cognate_shapes::{UpdateGroupRequest, UpdateGroupResponse};
use cognate_store::Batch;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::pools;

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::groups::group_not_found;

/// UpdateGroup.
pub async fn update_group(cx: &Cx<'_>, input: UpdateGroupRequest) -> Result<UpdateGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    super::check_role(cx, input.role_arn.as_deref())?;
    let batch = pools::guard_active(Batch::new(), &pool.id);
    let batch = groups::update(
        batch,
        &pool.id,
        &input.group_name,
        input.description.as_deref(),
        input.role_arn.as_deref(),
        input.precedence,
        cx.now,
    );
    let batch = audit::record(cx, batch, &pool.id, None);
    let mut outcome = cx
        .commit(batch, |label| super::conflict(cx, &pool, label))
        .await?;
    let row = outcome.rows.pop().and_then(|mut rows| rows.pop());
    let group = GroupRow::read(row.ok_or_else(group_not_found)?)?;
    Ok(UpdateGroupResponse {
        group: Some(super::to_api(&pool, group)),
    })
}
