//! SetUserMFAPreference: a user turns second factors on and off and prefers one (auth.md 4.3).

use cognate_shapes::{SetUserMFAPreferenceRequest, SetUserMFAPreferenceResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;
use crate::users::mfa::{self, Preference};

/// Sets the preference.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7); [`mfa::set_preference`].
pub async fn set_user_mfa_preference(
    cx: &Cx<'_>,
    input: SetUserMFAPreferenceRequest,
) -> Result<SetUserMFAPreferenceResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let preference = Preference::from_settings(
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
        input.web_authn_mfa_settings,
    );
    mfa::set_preference(cx, &signed.pool, &signed.user, &preference).await?;
    Ok(SetUserMFAPreferenceResponse {})
}
