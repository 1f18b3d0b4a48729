//! AdminRemoveUserFromGroup: takes a user out of a group; a user who is not in it stays out.

use cognate_shapes::AdminRemoveUserFromGroupRequest;
use cognate_store::Batch;
use cognate_store::tables::{groups, guards};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::before_image;
use crate::records::user::User;
use crate::{audit, resources};

pub async fn admin_remove_user_from_group(
    cx: &Cx<'_>,
    input: AdminRemoveUserFromGroupRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let group = resources::groups::find(cx, &pool, &input.group_name).await?;
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, &pool, cx.now(), |keep, batch| {
        keep.member(batch, &group.group_id, &user.id)
    });
    let batch = groups::leave(batch, &pool.id, &group.group_id, &user.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| resources::groups::conflict(cx, &pool, label))
        .await?;
    Ok(())
}
