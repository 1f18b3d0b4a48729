//! DescribeTermsByClient: shows the terms document of that name of an app client.

use cognate_shapes::{DescribeTermsByClientRequest, DescribeTermsByClientResponse};
use cognate_store::tables::terms;

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::terms::terms_of_client_not_found;
use crate::resources;

pub async fn describe_terms_by_client(
    cx: &Cx<'_>,
    input: DescribeTermsByClientRequest,
) -> Result<DescribeTermsByClientResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let row = terms::of_client(&cx.store, &pool.id, &client.id, &input.terms_name).await?;
    let row = row.ok_or_else(|| terms_of_client_not_found(&input.terms_name, &client.id))?;
    Ok(DescribeTermsByClientResponse {
        terms: Some(resources::terms::to_api(&pool, row)?),
    })
}
