//! AdminGetUserAuthFactors: the factors with which a user can sign in (admin.md 1.13).

use cognate_shapes::{AdminGetUserAuthFactorsRequest, AdminGetUserAuthFactorsResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::mfa;
use crate::records::user::User;
use crate::signin::auth_factors;

/// Returns the factors of the user.
///
/// # Errors
pub async fn admin_get_user_auth_factors(
    cx: &Cx<'_>,
    input: AdminGetUserAuthFactorsRequest,
) -> Result<AdminGetUserAuthFactorsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    Ok(AdminGetUserAuthFactorsResponse {
        preferred_mfa_setting: mfa::preferred_setting(&user),
        user_mfa_setting_list: mfa::setting_list(&user),
        configured_user_auth_factors: Some(auth_factors::configured(cx, &pool, &user).await?),
        username: user.username,
    })
}
