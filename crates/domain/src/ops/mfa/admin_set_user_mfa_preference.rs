//! AdminSetUserMFAPreference: an administrator turns a user's second factors on and off and prefers one (auth.md 4.3).

use cognate_shapes::{AdminSetUserMFAPreferenceRequest, AdminSetUserMFAPreferenceResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::factor::MfaFactor;
use crate::records::user::User;
use crate::users::mfa::{self, Preference};

/// AdminSetUserMFAPreference.
///
/// # Errors
/// UserNotFoundException; [`mfa::set_preference`].
pub async fn admin_set_user_mfa_preference(
    cx: &Cx<'_>,
    input: AdminSetUserMFAPreferenceRequest,
) -> Result<AdminSetUserMFAPreferenceResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = User::find(&cx.store, &pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    let (sms, app, email) = (
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
    );
    let preference = Preference {
        web_authn: input
            .web_authn_mfa_settings
            .map(|said| said.enabled.unwrap_or(false)),
        ..Preference::default()
    }
    .with(MfaFactor::Sms, sms.map(|s| (s.enabled, s.preferred_mfa)))
    .with(
        MfaFactor::SoftwareToken,
        app.map(|s| (s.enabled, s.preferred_mfa)),
    )
    .with(
        MfaFactor::Email,
        email.map(|s| (s.enabled, s.preferred_mfa)),
    );
    mfa::set_preference(cx, &pool, &user, &preference).await?;
    Ok(AdminSetUserMFAPreferenceResponse {})
}
