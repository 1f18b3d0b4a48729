//! ConfiguredUserAuthFactors: the factors with which a user can sign in (auth.md 4.3, admin.md 1.13).

use cognate_shapes::{AuthFactorType, UserPoolMfaType};

use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::factor::MfaFactor;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::further::Further;
use crate::signin::{first_factors, passkey};

/// Returns the factors that the user has and the pool accepts, as first or as second factor, in the model's order.
///
/// # Errors
/// The store's.
pub async fn configured(cx: &Cx<'_>, pool: &Pool, user: &User) -> Result<Vec<AuthFactorType>> {
    let mut list = Vec::new();
    if user.credential.is_some() {
        list.push(AuthFactorType::Password);
    }
    for (factor, one_time) in [
        (MfaFactor::Email, AuthFactorType::EmailOtp),
        (MfaFactor::Sms, AuthFactorType::SmsOtp),
    ] {
        let second =
            pool.doc.mfa_configuration != UserPoolMfaType::Off && mfa::is_offered(pool, factor);
        if mfa::is_set_up(user, factor) && (second || first_factors::allows(pool, one_time)) {
            list.push(one_time);
        }
    }
    if passkey::known(cx, pool, &user.id, &Further::default())
        .await?
        .passkeys()
        .is_registered
    {
        list.push(AuthFactorType::WebAuthn);
    }
    if mfa::is_set_up(user, MfaFactor::SoftwareToken) {
        list.push(AuthFactorType::SoftwareToken);
    }
    Ok(list)
}
