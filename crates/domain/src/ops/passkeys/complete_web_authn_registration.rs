//! CompleteWebAuthnRegistration: the second half of registering a passkey (auth.md 4.5).

use cognate_shapes::{CompleteWebAuthnRegistrationRequest, CompleteWebAuthnRegistrationResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::passkey::register::{self, Registrant};
use crate::tokens::verify;

/// # Errors
/// The texts of access tokens, and [`register::complete`].
pub async fn complete_web_authn_registration(
    cx: &Cx<'_>,
    input: CompleteWebAuthnRegistrationRequest,
) -> Result<CompleteWebAuthnRegistrationResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    register::complete(cx, Registrant::of(&signed), &input.credential).await?;
    Ok(CompleteWebAuthnRegistrationResponse {})
}
