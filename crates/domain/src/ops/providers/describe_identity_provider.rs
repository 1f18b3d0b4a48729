//! DescribeIdentityProvider: shows a provider.

use cognate_shapes::{DescribeIdentityProviderRequest, DescribeIdentityProviderResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;
use crate::resources::providers::encryption;

pub async fn describe_identity_provider(
    cx: &Cx<'_>,
    input: DescribeIdentityProviderRequest,
) -> Result<DescribeIdentityProviderResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let provider = resources::providers::find(cx, &pool, &input.provider_name).await?;
    Ok(DescribeIdentityProviderResponse {
        identity_provider: encryption::shown(cx, &pool, &provider).await?,
    })
}
