//! ChangePassword: a signed-in user sets a new password.

use cognate_crypto::secret::Secret;
use cognate_shapes::{ChangePasswordRequest, ChangePasswordResponse};

use crate::accounts::change_password as step;
use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;

/// Sets the password.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7); [`step::change_password`].
pub async fn change_password(
    cx: &Cx<'_>,
    input: ChangePasswordRequest,
) -> Result<ChangePasswordResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let previous = input.previous_password.map(Secret::new);
    let new = Secret::new(input.proposed_password);
    let (pool, client, user) = (&signed.pool, &signed.client, &signed.user);
    step::change_password(cx, pool, client, user, previous.as_ref(), &new).await?;
    Ok(ChangePasswordResponse {})
}
