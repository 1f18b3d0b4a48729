//! AdminAddUserToGroup: puts a user into a group; doing it twice succeeds (settled T5).

use cognate_shapes::AdminAddUserToGroupRequest;
use cognate_store::Batch;
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::{groups, guards};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::records::{before_image, group};
use crate::{audit, resources};

/// Groups that a user may be in (admin.md 7.2).
const MOST: usize = 100;

pub async fn admin_add_user_to_group(cx: &Cx<'_>, input: AdminAddUserToGroupRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let group = resources::groups::find(cx, &pool, &input.group_name).await?;
    let (sql, params) = groups::of_user(&pool.id, &user.id);
    let rows = cx.store.rows(sql, params).await?;
    let there = group::of_user(&pool, &user.id, rows)?;
    if there.iter().any(|other| other.group_id == group.group_id) {
        return Ok(());
    }
    if there.len() >= MOST {
        return Err(errors::groups::too_many_groups_of_user().into());
    }
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let row_key = group::member_key(&group.group_id, &user.id);
    let batch = before_image::keep(batch, &pool, cx.now(), |keep, batch| {
        keep.absent(batch, Entity::Member, &row_key, 0)
    });
    let mac = group::membership(&pool, &group.group_id, &user.id);
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let batch = groups::join(batch, &pool.id, &group.group_id, &user.id, most, mac);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| resources::groups::conflict(cx, &pool, label))
        .await?;
    Ok(())
}
