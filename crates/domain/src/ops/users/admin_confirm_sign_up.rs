//! AdminConfirmSignUp: an administrator confirms a sign-up; nothing is verified by it (auth.md 2.2, admin.md 2.5).

use cognate_shapes::{AdminConfirmSignUpRequest, AdminConfirmSignUpResponse, UserStatusType};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::{self, User};
use crate::users::aliases;
use crate::users::codes::{self, Purpose};

/// AdminConfirmSignUp.
pub async fn admin_confirm_sign_up(
    cx: &Cx<'_>,
    input: AdminConfirmSignUpRequest,
) -> Result<AdminConfirmSignUpResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    if before.status != UserStatusType::Unconfirmed {
        return Err(errors::users::cannot_be_confirmed(before.status.as_str()).into());
    }
    let after = User {
        status: UserStatusType::Confirmed,
        modified: cx.now(),
        ..before.clone()
    };
    let batch = user::save(Batch::new(), &pool, &before, &after)?;
    let batch = codes::forget(batch, &pool, &after.id, Purpose::SignUp);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |label| aliases::conflict(cx, label))
        .await?;
    Ok(AdminConfirmSignUpResponse {})
}
