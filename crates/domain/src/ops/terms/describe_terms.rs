//! DescribeTerms: shows a terms document by its id.

use cognate_shapes::{DescribeTermsRequest, DescribeTermsResponse};

use crate::cx::Cx;
use crate::errors::Result;

/// DescribeTerms.
pub async fn describe_terms(
    cx: &Cx<'_>,
    input: DescribeTermsRequest,
) -> Result<DescribeTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let row = super::find(cx, &pool, &input.terms_id).await?;
    Ok(DescribeTermsResponse {
        terms: Some(super::to_api(&pool, row)?),
    })
}
