//! AdminDeleteUser: removes a user; the name is free again, the id never is (auth.md 2.2, admin.md 2.5).

use cognate_shapes::AdminDeleteUserRequest;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::deletion;

/// Deletes the user.
pub async fn admin_delete_user(cx: &Cx<'_>, input: AdminDeleteUserRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    deletion::delete(cx, &pool, &user).await
}
