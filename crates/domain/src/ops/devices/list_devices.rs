//! ListDevices: a user pages through their devices, by key.

use cognate_shapes::{ListDevicesRequest, ListDevicesResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::device::View;
use crate::users::devices;

/// ListDevices. Its answer leaves out what only administrators see (auth.md 3.7).
///
/// # Errors
/// The texts of access tokens; a pool that does not track devices; a page token of something else.
pub async fn list_devices(cx: &Cx<'_>, input: ListDevicesRequest) -> Result<ListDevicesResponse> {
    let signed = devices::signed(cx, Some(&input.access_token)).await?;
    let token = input.pagination_token.as_deref();
    let (pool, user) = (&signed.pool, &signed.user);
    let (devices, next) = devices::page(cx, pool, user, input.limit, token, View::Short).await?;
    Ok(ListDevicesResponse {
        devices: Some(devices),
        pagination_token: next,
    })
}
