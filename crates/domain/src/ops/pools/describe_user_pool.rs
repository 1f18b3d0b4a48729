//! DescribeUserPool: shows a pool's settings.

use cognate_shapes::{DescribeUserPoolRequest, DescribeUserPoolResponse};
use cognate_store::tables::pools;

use super::settings;
use crate::cx::Cx;
use crate::errors::Result;

/// DescribeUserPool.
pub async fn describe_user_pool(
    cx: &Cx<'_>,
    input: DescribeUserPoolRequest,
) -> Result<DescribeUserPoolResponse> {
    let pool = super::fresh(cx, &input.user_pool_id).await?;
    let users = pools::user_count(&cx.store, &pool.id).await?;
    Ok(DescribeUserPoolResponse {
        user_pool: Some(settings::user_pool(cx, &pool, users)),
    })
}
