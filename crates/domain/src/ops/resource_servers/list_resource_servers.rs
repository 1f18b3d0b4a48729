//! ListResourceServers: pages through the resource servers of a pool, by identifier.

use cognate_shapes::{ListResourceServersRequest, ListResourceServersResponse};
use cognate_store::tables::resource_servers;

use crate::cx::Cx;
use crate::errors::Result;
use crate::{paging, resources};

/// The longest page, and that of a request without a number (admin.md 1.14).
const LONGEST_PAGE: i64 = 50;

pub async fn list_resource_servers(
    cx: &Cx<'_>,
    input: ListResourceServersRequest,
) -> Result<ListResourceServersResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let after = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, "", token)?,
        None => String::new(),
    };
    let size = paging::size(input.max_results).min(LONGEST_PAGE);
    // One more than the page, to know whether there is another.
    let rows = resource_servers::page(&cx.store, &pool.id, &after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|row| paging::seal(cx, &pool.id, "", &row.identifier));
    let servers = rows
        .into_iter()
        .map(|row| resources::resource_servers::to_api(&pool, row))
        .collect::<Result<_>>()?;
    Ok(ListResourceServersResponse {
        resource_servers: servers,
        next_token,
    })
}
