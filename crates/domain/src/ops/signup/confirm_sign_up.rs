//! ConfirmSignUp: the new user proves by a code that an address is theirs.

use cognate_shapes::{ConfirmSignUpRequest, ConfirmSignUpResponse};

use crate::accounts::confirm_sign_up::{self as step, Confirmation};
use crate::cx::Cx;
use crate::errors::Result;

/// Confirms the sign-up.
///
/// # Errors
/// [`step::confirm_sign_up`].
pub async fn confirm_sign_up(
    cx: &Cx<'_>,
    input: ConfirmSignUpRequest,
) -> Result<ConfirmSignUpResponse> {
    let told = input.user_context_data.as_ref();
    cx.take_user_context_for(&input.client_id, told).await?;
    let endpoint = input.analytics_metadata.as_ref();
    cx.take_analytics_for(&input.client_id, endpoint).await?;
    let confirmation = Confirmation {
        client_id: &input.client_id,
        username: &input.username,
        proof: input.secret_hash.as_deref(),
        code: &input.confirmation_code,
        session: input.session.as_deref(),
        force_alias: input.force_alias_creation == Some(true),
        metadata: input.client_metadata.as_ref(),
    };
    let session = step::confirm_sign_up(cx, &confirmation).await?;
    Ok(ConfirmSignUpResponse { session })
}
