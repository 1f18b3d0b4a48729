//! AdminResetUserPassword: voids a user's password and sends a code for a new one.

use cognate_shapes::{AdminResetUserPasswordRequest, AdminResetUserPasswordResponse};

use crate::accounts::reset_password::reset_password;
use crate::cx::Cx;
use crate::errors::Result;
use crate::messages::Origin;

/// Voids the password.
///
/// # Errors
/// [`reset_password`].
pub async fn admin_reset_user_password(
    cx: &Cx<'_>,
    input: AdminResetUserPasswordRequest,
) -> Result<AdminResetUserPasswordResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let origin = Origin::of_admin(input.client_metadata.as_ref());
    reset_password(cx, &pool, &input.username, origin).await?;
    Ok(AdminResetUserPasswordResponse {})
}
