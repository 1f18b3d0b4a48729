//! DescribeUserPool: shows a pool's settings.

use cognate_shapes::{DescribeUserPoolRequest, DescribeUserPoolResponse, UserPoolType};
use cognate_store::tables::pools;

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;
use crate::resources::pools::settings;

pub async fn describe_user_pool(
    cx: &Cx<'_>,
    input: DescribeUserPoolRequest,
) -> Result<DescribeUserPoolResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let users = pools::user_count(&cx.store, &pool.id).await?;
    let (domain, custom_domain) = resources::domains::of_pool(cx, &pool).await?;
    Ok(DescribeUserPoolResponse {
        user_pool: Some(UserPoolType {
            domain,
            custom_domain,
            ..settings::user_pool(cx, &pool, users)
        }),
    })
}
