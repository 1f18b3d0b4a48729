//! AdminListGroupsForUser: pages through the groups that a user is in, by name.

use cognate_shapes::{AdminListGroupsForUserRequest, AdminListGroupsForUserResponse};
use cognate_store::tables::groups;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::group;
use crate::records::user::User;
use crate::{paging, resources};

pub async fn admin_list_groups_for_user(
    cx: &Cx<'_>,
    input: AdminListGroupsForUserRequest,
) -> Result<AdminListGroupsForUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, &user.id, token)?,
        None => String::new(),
    };
    // A hundred at most, so that they need no index in the order of the names.
    let (sql, params) = groups::of_user(&pool.id, &user.id);
    let rows = cx.store.rows(sql, params).await?;
    let mut rows = group::of_user(&pool, &user.id, rows)?;
    rows.retain(|group| group.name > after);
    rows.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let (rows, more) = paging::cut(rows, paging::size(input.limit));
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|group| paging::seal(cx, &pool.id, &user.id, &group.name));
    let groups = rows
        .into_iter()
        .map(|group| resources::groups::to_api(&pool, group))
        .collect();
    Ok(AdminListGroupsForUserResponse {
        groups: Some(groups),
        next_token,
    })
}
