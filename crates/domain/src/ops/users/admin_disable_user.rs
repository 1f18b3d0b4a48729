//! AdminDisableUser: bars a user from signing in and ends all sessions (admin.md 2.5).

use cognate_shapes::{AdminDisableUserRequest, AdminDisableUserResponse};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::user::{self, User};
use crate::tokens::revoke;

/// Disables the user.
pub async fn admin_disable_user(
    cx: &Cx<'_>,
    input: AdminDisableUserRequest,
) -> Result<AdminDisableUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let after = User {
        enabled: false,
        modified: cx.now(),
        ..before.clone()
    };
    let batch = user::save(Batch::new(), &pool, &before, &after)?;
    let batch = revoke::everything_of_user(batch, &pool.id, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(AdminDisableUserResponse {})
}
