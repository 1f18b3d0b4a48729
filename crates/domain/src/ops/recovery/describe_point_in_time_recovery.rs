//! DescribePointInTimeRecovery: shows a recovery and, once there is one, its preview.

use cognate_shapes::{DescribePointInTimeRecoveryRequest, DescribePointInTimeRecoveryResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::ops::recovery::{find, to_api};

/// DescribePointInTimeRecovery.
///
/// # Errors
/// ResourceNotFoundException; FeatureUnavailableInTierException on LITE.
pub async fn describe_point_in_time_recovery(
    cx: &Cx<'_>,
    input: DescribePointInTimeRecoveryRequest,
) -> Result<DescribePointInTimeRecoveryResponse> {
    let (_, row) = find(cx, &input.user_pool_id, &input.restore_id).await?;
    Ok(DescribePointInTimeRecoveryResponse {
        restoration: Some(to_api(&row)?),
    })
}
