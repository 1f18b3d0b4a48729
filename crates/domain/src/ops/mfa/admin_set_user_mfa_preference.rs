//! AdminSetUserMFAPreference: an administrator turns a user's second factors on and off and prefers one (auth.md 4.3).

use cognate_shapes::{AdminSetUserMFAPreferenceRequest, AdminSetUserMFAPreferenceResponse};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::users::mfa::{self, Preference};

/// Sets the preference.
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
    let preference = Preference::from_settings(
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
        input.web_authn_mfa_settings,
    );
    mfa::set_preference(cx, &pool, &user, &preference).await?;
    Ok(AdminSetUserMFAPreferenceResponse {})
}
