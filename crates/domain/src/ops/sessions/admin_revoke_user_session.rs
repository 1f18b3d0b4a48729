//! AdminRevokeUserSession: an administrator ends one session of a user.

use cognate_shapes::{AdminRevokeUserSessionRequest, AdminRevokeUserSessionResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::sessions;

pub async fn admin_revoke_user_session(
    cx: &Cx<'_>,
    input: AdminRevokeUserSessionRequest,
) -> Result<AdminRevokeUserSessionResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let session = sessions::named(&pool, &input.session_id)?;
    let linked = sessions::is_linked(input.revoke_associated_sessions);
    sessions::end(cx, &pool, &user.id, &session, linked).await?;
    Ok(AdminRevokeUserSessionResponse {})
}
