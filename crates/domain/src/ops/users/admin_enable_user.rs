//! AdminEnableUser: lets a disabled user sign in again, by every factor (admin.md 2.5).

use cognate_shapes::{AdminEnableUserRequest, AdminEnableUserResponse};
use cognate_store::Batch;

use crate::attempts::guesses;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::user::{self, User};

/// Enables the user.
pub async fn admin_enable_user(
    cx: &Cx<'_>,
    input: AdminEnableUserRequest,
) -> Result<AdminEnableUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let after = User {
        enabled: true,
        modified: cx.now(),
        ..before.clone()
    };
    let batch = user::save(Batch::new(), &pool, &before, &after)?;
    let batch = guesses::forget(batch, &pool, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(AdminEnableUserResponse {})
}
