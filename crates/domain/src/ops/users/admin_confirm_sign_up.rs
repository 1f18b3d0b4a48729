//! AdminConfirmSignUp: an administrator confirms a sign-up; no address is verified by it.

use cognate_shapes::{AdminConfirmSignUpRequest, AdminConfirmSignUpResponse};

use crate::accounts::confirm_user::confirm_user;
use crate::cx::Cx;
use crate::errors::Result;
use crate::messages::Origin;

/// Confirms the user.
///
/// # Errors
/// [`confirm_user`].
pub async fn admin_confirm_sign_up(
    cx: &Cx<'_>,
    input: AdminConfirmSignUpRequest,
) -> Result<AdminConfirmSignUpResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let origin = Origin::of_admin(input.client_metadata.as_ref());
    confirm_user(cx, &pool, &input.username, origin).await?;
    Ok(AdminConfirmSignUpResponse {})
}
