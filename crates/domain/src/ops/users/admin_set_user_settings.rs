//! AdminSetUserSettings: the old way for an administrator to ask for text messages as a user's second factor
//! (admin.md 2.5).

use cognate_shapes::{AdminSetUserSettingsRequest, AdminSetUserSettingsResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::mfa_options;

/// Replaces the MFA options of a user.
pub async fn admin_set_user_settings(
    cx: &Cx<'_>,
    input: AdminSetUserSettingsRequest,
) -> Result<AdminSetUserSettingsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    mfa_options::set(cx, &pool, &user, &input.mfa_options).await?;
    Ok(AdminSetUserSettingsResponse {})
}
