//! GlobalSignOut: a user ends all of their sessions.

use cognate_shapes::{GlobalSignOutRequest, GlobalSignOutResponse};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::tokens::{revoke, verify};

/// Ends all sessions: from the answer on every access and refresh token of the user is refused.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7).
pub async fn global_sign_out(
    cx: &Cx<'_>,
    input: GlobalSignOutRequest,
) -> Result<GlobalSignOutResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let batch = revoke::all_of_user(Batch::new(), &signed.pool.id, &signed.user.id);
    let batch = audit::record(cx, batch, &signed.pool.id, Some(&signed.user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(GlobalSignOutResponse {})
}
