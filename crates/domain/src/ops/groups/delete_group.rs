//! DeleteGroup: ends a group, with members or without (admin.md 2.6).
//!
//! The group has no members when the call answers. A job deletes their rows; they name the group by an id, so a new
//! group of the same name begins without members.

use cognate_shapes::DeleteGroupRequest;
use cognate_store::Batch;
use cognate_store::tables::{groups, guards, resource_counts};

use crate::cx::Cx;
use crate::errors::Result;
use crate::jobs::group_deletion;
use crate::records::before_image;
use crate::{audit, resources};

pub async fn delete_group(cx: &Cx<'_>, input: DeleteGroupRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = resources::groups::find(cx, &pool, &input.group_name).await?;
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, &pool, cx.now(), |keep, batch| {
        keep.group(batch, &group.group_id)
    });
    let batch = groups::delete(batch, &pool.id, &group.group_id);
    let batch = resource_counts::give_back(batch, &pool.id, resources::groups::RESOURCE);
    let batch = group_deletion::plan(batch, &pool.id, &group.group_id);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| resources::groups::conflict(cx, &pool, label))
        .await?;
    Ok(())
}
