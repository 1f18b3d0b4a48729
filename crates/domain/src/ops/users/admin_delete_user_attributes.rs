//! AdminDeleteUserAttributes: an administrator deletes attributes of a user (auth.md 2.12, admin.md 2.4).

use cognate_shapes::{AdminDeleteUserAttributesRequest, AdminDeleteUserAttributesResponse};

use crate::accounts::change_attributes;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Origin;
use crate::records::user::User;
use crate::users::changes;
use crate::users::permission::By;

/// Deletes the attributes.
pub async fn admin_delete_user_attributes(
    cx: &Cx<'_>,
    input: AdminDeleteUserAttributesRequest,
) -> Result<AdminDeleteUserAttributesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let change = changes::delete(&pool, By::Admin, &user, &input.user_attribute_names)?;
    let origin = Origin::of_admin(None);
    change_attributes::save(cx, &pool, &user, change, origin).await?;
    Ok(AdminDeleteUserAttributesResponse {})
}
