//! AdminSetUserPassword: sets a user's password, for good or until the next sign-in (auth.md 2.2, admin.md 2.5).

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{AdminSetUserPasswordRequest, AdminSetUserPasswordResponse, UserStatusType};
use cognate_store::Batch;

use crate::attempts::guesses;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::{self, User};
use crate::users::codes::{self, Purpose};
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{aliases, password};

/// Sets the password.
pub async fn admin_set_user_password(
    cx: &Cx<'_>,
    input: AdminSetUserPasswordRequest,
) -> Result<AdminSetUserPasswordResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let new: SecretString = Secret::new(input.password);
    password_policy::check(&pool, new.expose(), PolicyText::Other)?;
    history::check(cx, &pool, &before, &new).await?;

    let mut after = before.clone();
    let sealed = password::seal(cx, &pool, &after.id, &after.username, &new).await;
    history::replace(&pool, &mut after, sealed);
    if input.permanent == Some(true) {
        after.status = UserStatusType::Confirmed;
        after.doc.temporary_until = None;
    } else {
        after.status = UserStatusType::ForceChangePassword;
        after.doc.temporary_until = Some(password::temporary_until(cx, &pool));
    }
    after.modified = cx.now();
    let batch = user::save(Batch::new(), &pool, &before, &after)?;
    // Codes that were asked for before must not undo what the administrator did.
    let batch = codes::forget(batch, &pool, &after.id, Purpose::Reset);
    let batch = codes::forget(batch, &pool, &after.id, Purpose::SignUp);
    let batch = guesses::forget(batch, &pool, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |label| aliases::conflict(cx, label))
        .await?;
    Ok(AdminSetUserPasswordResponse {})
}
