//! AdminGetUser: everything about one user (admin.md 2.1).

use cognate_shapes::{AdminGetUserRequest, AdminGetUserResponse, Timestamp};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::mfa;
use crate::records::user::User;

/// Returns the user.
pub async fn admin_get_user(
    cx: &Cx<'_>,
    input: AdminGetUserRequest,
) -> Result<AdminGetUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    Ok(AdminGetUserResponse {
        mfa_options: mfa::options(&user),
        preferred_mfa_setting: mfa::preferred_setting(&user),
        user_mfa_setting_list: mfa::setting_list(&user),
        // After what depends on them.
        user_attributes: Some(user.take_attributes(None)),
        username: user.username,
        user_create_date: Some(Timestamp(user.created)),
        user_last_modified_date: Some(Timestamp(user.modified)),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
    })
}
