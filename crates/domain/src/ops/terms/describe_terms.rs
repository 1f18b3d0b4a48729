//! DescribeTerms: shows a terms document by its id.

use cognate_shapes::{DescribeTermsRequest, DescribeTermsResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources;

pub async fn describe_terms(
    cx: &Cx<'_>,
    input: DescribeTermsRequest,
) -> Result<DescribeTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let row = resources::terms::find(cx, &pool, &input.terms_id).await?;
    Ok(DescribeTermsResponse {
        terms: Some(resources::terms::to_api(&pool, row)?),
    })
}
