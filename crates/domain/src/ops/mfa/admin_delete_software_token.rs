//! AdminDeleteSoftwareToken: an administrator deletes a user's authenticator app, so that another can be registered
//! (admin.md 1.13).

use cognate_shapes::{
    AdminDeleteSoftwareTokenRequest, AdminDeleteSoftwareTokenResponse, UserStatusType,
};
use cognate_store::Batch;
use cognate_store::tables::software_tokens;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::before_image;
use crate::records::user::{self, User};

/// Deletes the registered app.
///
/// # Errors
/// UserNotFoundException, UserNotConfirmedException; ResourceNotFoundException for a user without an app.
pub async fn admin_delete_software_token(
    cx: &Cx<'_>,
    input: AdminDeleteSoftwareTokenRequest,
) -> Result<AdminDeleteSoftwareTokenResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    if before.status == UserStatusType::Unconfirmed {
        return Err(errors::auth::user_not_confirmed().into());
    }
    if !before.doc.mfa.software_token_registered {
        return Err(errors::mfa::no_software_token().into());
    }
    let mut after = before.clone();
    after.doc.mfa.forget_software_token();
    after.modified = cx.now();
    let batch = user::save(Batch::new(), &pool, &before, &after)?;
    let batch = before_image::keep(batch, &pool, cx.now(), |keep, batch| {
        keep.token(batch, &after.id)
    });
    let batch = software_tokens::delete(batch, &pool.id, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(AdminDeleteSoftwareTokenResponse {})
}
