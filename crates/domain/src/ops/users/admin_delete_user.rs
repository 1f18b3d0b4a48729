//! AdminDeleteUser: removes a user; the name is free again, the id never is (auth.md 2.2, admin.md 2.5).

use cognate_shapes::AdminDeleteUserRequest;
use cognate_store::Batch;
use cognate_store::tables::{attempts, codes};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::user::{self, User};
use crate::tokens::revoke;

/// AdminDeleteUser.
pub async fn admin_delete_user(cx: &Cx<'_>, input: AdminDeleteUserRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(cx, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let batch = user::delete(Batch::new(), &pool, &user, cx.now);
    let batch = revoke::all_of_user(batch, &pool.id, &user.id);
    let batch = codes::delete_all(batch, &pool.id, &user.id);
    let batch = attempts::forget(batch, &pool.id, &user.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
