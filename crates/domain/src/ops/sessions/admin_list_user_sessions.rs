//! AdminListUserSessions: an administrator sees where a user is signed in.

use cognate_shapes::{AdminListUserSessionsRequest, AdminListUserSessionsResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::sessions;

pub async fn admin_list_user_sessions(
    cx: &Cx<'_>,
    input: AdminListUserSessionsRequest,
) -> Result<AdminListUserSessionsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let token = input.next_token.as_deref();
    let (sessions, next_token) = sessions::page(cx, &pool, &user.id, token, None).await?;
    Ok(AdminListUserSessionsResponse {
        sessions: Some(sessions),
        next_token,
    })
}
