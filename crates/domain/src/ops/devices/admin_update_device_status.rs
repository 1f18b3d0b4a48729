//! AdminUpdateDeviceStatus: an administrator says whether one of a user's devices is remembered.

use cognate_shapes::{AdminUpdateDeviceStatusRequest, AdminUpdateDeviceStatusResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::users::devices;

/// # Errors
/// `User does not exist.`, `Device does not exist.`; a pool that does not track devices.
pub async fn admin_update_device_status(
    cx: &Cx<'_>,
    input: AdminUpdateDeviceStatusRequest,
) -> Result<AdminUpdateDeviceStatusResponse> {
    let (pool, user) = devices::owner(cx, &input.user_pool_id, &input.username).await?;
    let status = input.device_remembered_status;
    devices::set_status(cx, &pool, &user, &input.device_key, status).await?;
    Ok(AdminUpdateDeviceStatusResponse {})
}
