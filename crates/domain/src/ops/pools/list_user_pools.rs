//! ListUserPools: pages through the pools of a region.

use cognate_shapes::{ListUserPoolsRequest, ListUserPoolsResponse};
use cognate_store::tables::pools;

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::resources::pools::settings;

pub async fn list_user_pools(
    cx: &Cx<'_>,
    input: ListUserPoolsRequest,
) -> Result<ListUserPoolsResponse> {
    let region = cx.region();
    let after = match &input.next_token {
        Some(token) => paging::open(cx, region, "", token)?,
        None => String::new(),
    };
    let size = paging::size(Some(input.max_results));
    // One more than the page, to know whether there is another.
    let rows = pools::page(&cx.store, region, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|row| paging::seal(cx, region, "", &row.pool_id));
    let user_pools = rows
        .into_iter()
        .map(settings::description)
        .collect::<Result<Vec<_>>>()?;
    Ok(ListUserPoolsResponse {
        user_pools: Some(user_pools),
        next_token,
    })
}
