//! DescribeCIMDPolicy: shows a policy by its id.

use cognate_shapes::{DescribeCIMDPolicyRequest, DescribeCIMDPolicyResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::metadata;

pub async fn describe_cimd_policy(
    cx: &Cx<'_>,
    input: DescribeCIMDPolicyRequest,
) -> Result<DescribeCIMDPolicyResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let policy = metadata::find(cx, &pool, &input.cimd_policy_id).await?;
    Ok(DescribeCIMDPolicyResponse {
        cimd_policy: policy.to_api(&pool),
    })
}
