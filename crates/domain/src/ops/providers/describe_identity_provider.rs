//! DescribeIdentityProvider: shows a provider.

use cognate_shapes::{DescribeIdentityProviderRequest, DescribeIdentityProviderResponse};

use super::encryption;
use crate::cx::Cx;
use crate::errors::Result;

/// DescribeIdentityProvider.
pub async fn describe_identity_provider(
    cx: &Cx<'_>,
    input: DescribeIdentityProviderRequest,
) -> Result<DescribeIdentityProviderResponse> {
    let pool = crate::ops::pools::fresh(cx, &input.user_pool_id).await?;
    let provider = super::find(cx, &pool, &input.provider_name).await?;
    Ok(DescribeIdentityProviderResponse {
        identity_provider: encryption::shown(cx, &pool, &provider).await?,
    })
}
