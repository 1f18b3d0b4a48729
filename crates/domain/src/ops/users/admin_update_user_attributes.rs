//! AdminUpdateUserAttributes: an administrator sets or deletes attributes of a user (auth.md 2.12, admin.md 2.4).

use cognate_shapes::{AdminUpdateUserAttributesRequest, AdminUpdateUserAttributesResponse};

use crate::accounts::change_attributes;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Origin;
use crate::records::user::User;
use crate::users::permission::By;
use crate::users::{attributes, changes};

/// Changes the attributes, and sends the codes that verify new values.
pub async fn admin_update_user_attributes(
    cx: &Cx<'_>,
    input: AdminUpdateUserAttributesRequest,
) -> Result<AdminUpdateUserAttributesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let given = attributes::given(Some(input.user_attributes));
    let change = changes::update(&pool, By::Admin, &user, given)?;
    let origin = Origin::of_admin(input.client_metadata.as_ref());
    change_attributes::save(cx, &pool, &user, change, origin).await?;
    Ok(AdminUpdateUserAttributesResponse {})
}
