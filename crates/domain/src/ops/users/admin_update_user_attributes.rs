//! AdminUpdateUserAttributes: an administrator sets or takes away attributes of a user (auth.md 2.12, admin.md 2.4).

use cognate_shapes::{AdminUpdateUserAttributesRequest, AdminUpdateUserAttributesResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::permission::By;
use crate::users::{changes, verification};

/// AdminUpdateUserAttributes.
pub async fn admin_update_user_attributes(
    cx: &Cx<'_>,
    input: AdminUpdateUserAttributesRequest,
) -> Result<AdminUpdateUserAttributesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let change = changes::update(&pool, By::Admin, &user, input.user_attributes)?;
    verification::save(cx, &pool, &user, change).await?;
    Ok(AdminUpdateUserAttributesResponse {})
}
