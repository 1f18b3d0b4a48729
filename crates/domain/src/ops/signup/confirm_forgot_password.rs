//! ConfirmForgotPassword: sets a new password with the code of ForgotPassword.

use cognate_crypto::secret::Secret;
use cognate_shapes::{ConfirmForgotPasswordRequest, ConfirmForgotPasswordResponse};

use crate::accounts::reset_forgotten::{Reset, reset_forgotten};
use crate::cx::Cx;
use crate::errors::Result;

/// Sets the password.
///
/// # Errors
/// [`reset_forgotten`].
pub async fn confirm_forgot_password(
    cx: &Cx<'_>,
    input: ConfirmForgotPasswordRequest,
) -> Result<ConfirmForgotPasswordResponse> {
    let told = input.user_context_data.as_ref();
    cx.take_user_context_for(&input.client_id, told).await?;
    let endpoint = input.analytics_metadata.as_ref();
    cx.take_analytics_for(&input.client_id, endpoint).await?;
    let reset = Reset {
        client_id: &input.client_id,
        username: &input.username,
        proof: input.secret_hash.as_deref(),
        code: &input.confirmation_code,
        password: Secret::new(input.password),
        metadata: input.client_metadata.as_ref(),
    };
    reset_forgotten(cx, &reset).await?;
    Ok(ConfirmForgotPasswordResponse {})
}
