//! AdminListDevices: an administrator pages through a user's devices, by key.

use cognate_shapes::{AdminListDevicesRequest, AdminListDevicesResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::device::View;
use crate::users::devices;

/// # Errors
/// `User does not exist.`; a pool that does not track devices; a page token of something else.
pub async fn admin_list_devices(
    cx: &Cx<'_>,
    input: AdminListDevicesRequest,
) -> Result<AdminListDevicesResponse> {
    let (pool, user) = devices::owner(cx, &input.user_pool_id, &input.username).await?;
    let token = input.pagination_token.as_deref();
    let (devices, next) = devices::page(cx, &pool, &user, input.limit, token, View::Whole).await?;
    Ok(AdminListDevicesResponse {
        devices: Some(devices),
        pagination_token: next,
    })
}
