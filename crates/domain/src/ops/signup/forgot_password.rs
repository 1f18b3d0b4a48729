//! ForgotPassword: sends a code with which the user can set a new password.

use cognate_shapes::{ForgotPasswordRequest, ForgotPasswordResponse};

use crate::accounts::forgot_password::{self as step, Forgotten};
use crate::cx::Cx;
use crate::errors::Result;

/// Sends the code.
///
/// # Errors
/// [`step::forgot_password`].
pub async fn forgot_password(
    cx: &Cx<'_>,
    input: ForgotPasswordRequest,
) -> Result<ForgotPasswordResponse> {
    let told = input.user_context_data.as_ref();
    cx.take_user_context_for(&input.client_id, told).await?;
    let endpoint = input.analytics_metadata.as_ref();
    cx.take_analytics_for(&input.client_id, endpoint).await?;
    let forgotten = Forgotten {
        client_id: &input.client_id,
        username: &input.username,
        proof: input.secret_hash.as_deref(),
        metadata: input.client_metadata.as_ref(),
    };
    let delivery = step::forgot_password(cx, &forgotten).await?;
    Ok(ForgotPasswordResponse {
        code_delivery_details: Some(delivery.into()),
    })
}
