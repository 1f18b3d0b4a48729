//! DescribeResourceServer: shows one resource server.

use cognate_shapes::{DescribeResourceServerRequest, DescribeResourceServerResponse};
use cognate_store::tables::resource_servers;

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::resource_servers::server_not_found;
use crate::resources;

pub async fn describe_resource_server(
    cx: &Cx<'_>,
    input: DescribeResourceServerRequest,
) -> Result<DescribeResourceServerResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let row = resource_servers::get(&cx.store, &pool.id, &input.identifier).await?;
    let row = row.ok_or_else(|| server_not_found(&input.identifier))?;
    Ok(DescribeResourceServerResponse {
        resource_server: resources::resource_servers::to_api(&pool, row)?,
    })
}
