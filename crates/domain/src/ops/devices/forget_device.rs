//! ForgetDevice: a user takes one of their devices away.

use cognate_shapes::ForgetDeviceRequest;

use crate::cx::Cx;
use crate::errors::Result;
use crate::users::devices;

/// ForgetDevice. Sessions of the device continue; it no longer replaces a second factor.
///
/// # Errors
/// The texts of access tokens; `Device does not exist.`; a pool that does not track devices.
pub async fn forget_device(cx: &Cx<'_>, input: ForgetDeviceRequest) -> Result<()> {
    let signed = devices::signed(cx, input.access_token.as_deref()).await?;
    devices::forget(cx, &signed.pool, &signed.user, &input.device_key).await
}
