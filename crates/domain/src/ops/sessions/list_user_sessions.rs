//! ListUserSessions: a user sees where they are signed in.

use cognate_shapes::{ListUserSessionsRequest, ListUserSessionsResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;
use crate::users::sessions;

/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7); a pool that does not track sessions.
pub async fn list_user_sessions(
    cx: &Cx<'_>,
    input: ListUserSessionsRequest,
) -> Result<ListUserSessionsResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let token = input.next_token.as_deref();
    let current = Some(signed.session_id.as_str());
    let (sessions, next_token) =
        sessions::page(cx, &signed.pool, &signed.user.id, token, current).await?;
    Ok(ListUserSessionsResponse {
        sessions: Some(sessions),
        next_token,
    })
}
