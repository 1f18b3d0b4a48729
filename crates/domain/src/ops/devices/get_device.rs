//! GetDevice: a user sees one of their devices.

use cognate_shapes::{GetDeviceRequest, GetDeviceResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::users::devices;

/// # Errors
/// The texts of access tokens; `Device does not exist.`; a pool that does not track devices.
pub async fn get_device(cx: &Cx<'_>, input: GetDeviceRequest) -> Result<GetDeviceResponse> {
    let signed = devices::signed(cx, input.access_token.as_deref()).await?;
    let device = devices::show(cx, &signed.pool, &signed.user, &input.device_key).await?;
    Ok(GetDeviceResponse { device })
}
