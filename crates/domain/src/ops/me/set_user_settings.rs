//! SetUserSettings: the old way for a signed-in user to ask for text messages as second factor (admin.md 2.5).

use cognate_shapes::{SetUserSettingsRequest, SetUserSettingsResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::tokens::verify;
use crate::users::mfa_options;

/// Replaces the MFA options of the user.
///
/// # Errors
/// The texts of access tokens (auth.md 6.1, 6.7).
pub async fn set_user_settings(
    cx: &Cx<'_>,
    input: SetUserSettingsRequest,
) -> Result<SetUserSettingsResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    mfa_options::set(cx, &signed.pool, &signed.user, &input.mfa_options).await?;
    Ok(SetUserSettingsResponse {})
}
