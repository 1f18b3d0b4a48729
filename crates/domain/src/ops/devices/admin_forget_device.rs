//! AdminForgetDevice: an administrator takes one of a user's devices away.

use cognate_shapes::AdminForgetDeviceRequest;

use crate::cx::Cx;
use crate::errors::Result;
use crate::users::devices;

/// AdminForgetDevice. Sessions of the device continue; it no longer replaces a second factor.
///
/// # Errors
/// `User does not exist.`, `Device does not exist.`; a pool that does not track devices.
pub async fn admin_forget_device(cx: &Cx<'_>, input: AdminForgetDeviceRequest) -> Result<()> {
    let (pool, user) = devices::owner(cx, &input.user_pool_id, &input.username).await?;
    devices::forget(cx, &pool, &user, &input.device_key).await
}
