//! RevokeUserSession: a user ends one of their other sessions.

use cognate_shapes::{RevokeUserSessionRequest, RevokeUserSessionResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::sessions::current_session;
use crate::tokens::tracking::SessionName;
use crate::tokens::verify;
use crate::users::sessions;

/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7); the session of the token itself, and one that the user does not have.
pub async fn revoke_user_session(
    cx: &Cx<'_>,
    input: RevokeUserSessionRequest,
) -> Result<RevokeUserSessionResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let session = sessions::named(&signed.pool, &input.session_id)?;
    if session == SessionName::Token(signed.session_id) {
        return Err(current_session().into());
    }
    let linked = sessions::is_linked(input.revoke_associated_sessions);
    sessions::end(cx, &signed.pool, &signed.user.id, &session, linked).await?;
    Ok(RevokeUserSessionResponse {})
}
