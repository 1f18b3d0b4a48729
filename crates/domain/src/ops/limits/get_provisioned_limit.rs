//! GetProvisionedLimit: shows the limit of a category and its default.

use cognate_shapes::{GetProvisionedLimitRequest, GetProvisionedLimitResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::limits::Limit;

pub async fn get_provisioned_limit(
    cx: &Cx<'_>,
    input: GetProvisionedLimitRequest,
) -> Result<GetProvisionedLimitResponse> {
    let limit = Limit::find(&input.limit_definition)?;
    let value = limit.value(cx).await?;
    Ok(GetProvisionedLimitResponse {
        limit: limit.to_api(input.limit_definition, value),
    })
}
