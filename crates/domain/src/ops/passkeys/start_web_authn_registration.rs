//! StartWebAuthnRegistration: the first half of registering a passkey (auth.md 4.5).

use cognate_shapes::{StartWebAuthnRegistrationRequest, StartWebAuthnRegistrationResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::passkey::register::{self, Registrant};
use crate::tokens::verify;

/// # Errors
/// The texts of access tokens, and [`register::start`].
pub async fn start_web_authn_registration(
    cx: &Cx<'_>,
    input: StartWebAuthnRegistrationRequest,
) -> Result<StartWebAuthnRegistrationResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    Ok(StartWebAuthnRegistrationResponse {
        credential_creation_options: register::start(cx, Registrant::of(&signed)).await?,
    })
}
