//! DeleteUser: a signed-in user deletes their own account (auth.md 2.2, 5.6).

use cognate_shapes::DeleteUserRequest;

use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;
use crate::users::deletion;

/// Deletes the user.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7).
pub async fn delete_user(cx: &Cx<'_>, input: DeleteUserRequest) -> Result<()> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    deletion::delete(cx, &signed.pool, &signed.user).await
}
