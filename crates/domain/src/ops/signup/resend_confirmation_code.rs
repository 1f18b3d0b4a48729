//! ResendConfirmationCode: another code for a sign-up that is not confirmed yet.

use cognate_shapes::{ResendConfirmationCodeRequest, ResendConfirmationCodeResponse};

use crate::accounts::resend_code::{AnotherCode, resend_code};
use crate::cx::Cx;
use crate::errors::Result;

/// Sends the code.
///
/// # Errors
/// [`resend_code`].
pub async fn resend_confirmation_code(
    cx: &Cx<'_>,
    input: ResendConfirmationCodeRequest,
) -> Result<ResendConfirmationCodeResponse> {
    let told = input.user_context_data.as_ref();
    cx.take_user_context_for(&input.client_id, told).await?;
    let endpoint = input.analytics_metadata.as_ref();
    cx.take_analytics_for(&input.client_id, endpoint).await?;
    let wish = AnotherCode {
        client_id: &input.client_id,
        username: &input.username,
        proof: input.secret_hash.as_deref(),
        metadata: input.client_metadata.as_ref(),
    };
    let delivery = resend_code(cx, &wish).await?;
    Ok(ResendConfirmationCodeResponse {
        code_delivery_details: Some(delivery.into()),
    })
}
