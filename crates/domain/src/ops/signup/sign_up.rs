//! SignUp: a new user registers and, if the pool verifies addresses, gets a code.

use cognate_crypto::secret::Secret;
use cognate_shapes::{SignUpRequest, SignUpResponse};

use crate::accounts::sign_up::{self as step, SignUp};
use crate::cx::Cx;
use crate::errors::Result;
use crate::users::{attributes, pre_sign_up};

/// Signs the user up.
///
/// # Errors
/// [`step::sign_up`].
pub async fn sign_up(cx: &Cx<'_>, input: SignUpRequest) -> Result<SignUpResponse> {
    let told = input.user_context_data.as_ref();
    cx.take_user_context_for(&input.client_id, told).await?;
    let endpoint = input.analytics_metadata.as_ref();
    cx.take_analytics_for(&input.client_id, endpoint).await?;
    let wish = SignUp {
        sender: None,
        client_id: &input.client_id,
        username: &input.username,
        proof: input.secret_hash.as_deref(),
        password: input.password.map(Secret::new),
        attributes: attributes::given(input.user_attributes),
        validation: pre_sign_up::validation_data(input.validation_data),
        metadata: input.client_metadata.as_ref(),
    };
    let user = step::sign_up(cx, &wish).await?;
    Ok(SignUpResponse {
        user_confirmed: user.confirmed,
        code_delivery_details: user.delivery.map(Into::into),
        user_sub: user.user_id,
        session: user.session,
    })
}
