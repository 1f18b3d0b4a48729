//! CreateGroup: adds a group to a pool.

use cognate_crypto::random;
use cognate_shapes::{CreateGroupRequest, CreateGroupResponse};
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::names;
use crate::records::{before_image, group};
use crate::{audit, resources};

const FULL: Label = Label("groups_full");

pub async fn create_group(cx: &Cx<'_>, input: CreateGroupRequest) -> Result<CreateGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = GroupRow {
        group_id: random::uuid_v4(),
        name: input.group_name,
        description: input.description,
        role: input.role_arn,
        precedence: input.precedence,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
        mac: None,
    };
    let group = group::sign(&pool, group);
    // Names that differ only by case collide, in every pool (admin.md 2.6).
    let folded = names::fold_case(&group.name);
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, &pool, cx.now(), |keep, batch| {
        keep.absent(batch, Entity::Group, &group.group_id, 0)
    });
    let batch = groups::insert(batch, &pool.id, &folded, &group);
    let batch = resource_counts::take(
        batch,
        &pool.id,
        resources::groups::RESOURCE,
        resources::groups::MOST,
        FULL,
    );
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => errors::groups::too_many_groups().into(),
        other => resources::groups::conflict(cx, &pool, other),
    })
    .await?;
    Ok(CreateGroupResponse {
        group: Some(resources::groups::to_api(&pool, group)),
    })
}
