//! DescribeUserPoolClient: shows an app client's settings and its secret.

use cognate_shapes::{DescribeUserPoolClientRequest, DescribeUserPoolClientResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;
use crate::resources::clients::settings;

pub async fn describe_user_pool_client(
    cx: &Cx<'_>,
    input: DescribeUserPoolClientRequest,
) -> Result<DescribeUserPoolClientResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let client = resources::clients::fresh(cx, &pool, &input.client_id).await?;
    Ok(DescribeUserPoolClientResponse {
        user_pool_client: Some(settings::user_pool_client(&client)),
    })
}
