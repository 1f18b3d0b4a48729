//! AdminGetDevice: an administrator sees one of a user's devices.

use cognate_shapes::{AdminGetDeviceRequest, AdminGetDeviceResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::users::devices;

/// # Errors
/// `User does not exist.`, `Device does not exist.`; a pool that does not track devices.
pub async fn admin_get_device(
    cx: &Cx<'_>,
    input: AdminGetDeviceRequest,
) -> Result<AdminGetDeviceResponse> {
    let (pool, user) = devices::owner(cx, &input.user_pool_id, &input.username).await?;
    let device = devices::show(cx, &pool, &user, &input.device_key).await?;
    Ok(AdminGetDeviceResponse { device })
}
