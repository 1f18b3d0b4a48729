//! AdminDeleteUserAttributes: an administrator takes attributes of a user away (auth.md 2.12, admin.md 2.4).

use cognate_shapes::{AdminDeleteUserAttributesRequest, AdminDeleteUserAttributesResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::permission::By;
use crate::users::{changes, verification};

/// AdminDeleteUserAttributes.
pub async fn admin_delete_user_attributes(
    cx: &Cx<'_>,
    input: AdminDeleteUserAttributesRequest,
) -> Result<AdminDeleteUserAttributesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let change = changes::delete(&pool, By::Admin, &user, &input.user_attribute_names)?;
    verification::save(cx, &pool, &user, change).await?;
    Ok(AdminDeleteUserAttributesResponse {})
}
