//! ListGroups: pages through the groups of a pool, by name.

use cognate_shapes::{ListGroupsRequest, ListGroupsResponse};
use cognate_store::tables::groups;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::group;
use crate::{paging, resources};

pub async fn list_groups(cx: &Cx<'_>, input: ListGroupsRequest) -> Result<ListGroupsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, "", token)?,
        None => String::new(),
    };
    let size = paging::size(input.limit);
    // One more than the page, to know whether there is another.
    let rows = groups::page(&cx.store, &pool.id, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|group| paging::seal(cx, &pool.id, "", &group.name));
    let groups = rows
        .into_iter()
        .map(|row| {
            Ok(resources::groups::to_api(
                &pool,
                group::checked(&pool, row)?,
            ))
        })
        .collect::<Result<_>>()?;
    Ok(ListGroupsResponse {
        groups: Some(groups),
        next_token,
    })
}
