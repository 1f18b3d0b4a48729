//! UpdateDeviceStatus: a user says whether one of their devices is remembered.

use cognate_shapes::{UpdateDeviceStatusRequest, UpdateDeviceStatusResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::users::devices;

/// # Errors
/// The texts of access tokens; `Device does not exist.`; a pool that does not track devices.
pub async fn update_device_status(
    cx: &Cx<'_>,
    input: UpdateDeviceStatusRequest,
) -> Result<UpdateDeviceStatusResponse> {
    let signed = devices::signed(cx, Some(&input.access_token)).await?;
    let status = input.device_remembered_status;
    devices::set_status(cx, &signed.pool, &signed.user, &input.device_key, status).await?;
    Ok(UpdateDeviceStatusResponse {})
}
