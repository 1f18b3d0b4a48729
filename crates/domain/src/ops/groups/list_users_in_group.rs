//! ListUsersInGroup: pages through the members of a group (admin.md 2.3).
//!
//! A page is one range of one index whatever the number of members, and follows the immutable id of the last user
//! shown.

use cognate_shapes::{ListUsersInGroupRequest, ListUsersInGroupResponse};
use cognate_store::tables::users as table;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::user::User;
use crate::users::view;
use crate::{paging, resources};

pub async fn list_users_in_group(
    cx: &Cx<'_>,
    input: ListUsersInGroupRequest,
) -> Result<ListUsersInGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = resources::groups::find(cx, &pool, &input.group_name).await?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, &group.group_id, token)?,
        None => String::new(),
    };
    let size = paging::size(input.limit);
    let query = table::page_of_group(&pool.id, &group.group_id, &after, size + 1);
    let rows = cx.store.all(query).await?;
    let (rows, more) = paging::cut(rows, size);
    let mut members = rows
        .into_iter()
        .map(|mut row| User::from_row(&pool, &mut row))
        .collect::<Result<Vec<_>>>()?;
    let last = members.last().filter(|_| more);
    let next_token = last.map(|user| paging::seal(cx, &pool.id, &group.group_id, &user.id));
    let users = members
        .iter_mut()
        .map(|user| {
            // The attributes go last: which factors a user has depends on them.
            let mut view = view::user_type(user, Vec::new());
            view.attributes = Some(user.take_attributes(None));
            view
        })
        .collect();
    Ok(ListUsersInGroupResponse {
        users: Some(users),
        next_token,
    })
}
