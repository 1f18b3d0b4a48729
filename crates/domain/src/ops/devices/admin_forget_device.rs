//! AdminForgetDevice: an administrator takes one of a user's devices away.

use cognate_shapes::AdminForgetDeviceRequest;

use crate::cx::Cx;
use crate::errors::Result;

/// AdminForgetDevice. Sessions of the device go on; it stands for no second factor any more.
///
/// # Errors
/// `User does not exist.`, `Device does not exist.`; a pool that does not track devices.
pub async fn admin_forget_device(cx: &Cx<'_>, input: AdminForgetDeviceRequest) -> Result<()> {
    let (pool, user) = super::owner(cx, &input.user_pool_id, &input.username).await?;
    super::forget(cx, &pool, &user, &input.device_key).await
}
