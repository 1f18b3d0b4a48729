//! AdminUserGlobalSignOut: ends all sessions of a user (auth.md 5.6).

use cognate_shapes::{AdminUserGlobalSignOutRequest, AdminUserGlobalSignOutResponse};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::user::{self, User};
use crate::tokens::revoke;

/// Ends all sessions of the user.
pub async fn admin_user_global_sign_out(
    cx: &Cx<'_>,
    input: AdminUserGlobalSignOutRequest,
) -> Result<AdminUserGlobalSignOutResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    // The user's version moves, so that a sign-in which began before the sign-out cannot end after it.
    let batch = user::save(Batch::new(), &pool, &user, &user)?;
    let batch = revoke::all_of_user(batch, &pool.id, &user.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(AdminUserGlobalSignOutResponse {})
}
