//! ConfiguredUserAuthFactors: with what a user can sign in (auth.md 4.3, admin.md 1.13).

use cognate_shapes::{AuthFactorType, UserPoolMfaType};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::progress::MfaFactor;
use crate::users::mfa;

/// What the user has and the pool takes, as first or as second factor, in the model's order.
///
/// # Errors
/// The store's.
pub async fn configured(_cx: &Cx<'_>, pool: &Pool, user: &User) -> Result<Vec<AuthFactorType>> {
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
        if mfa::is_set_up(user, factor) && (second || is_first(pool, one_time)) {
            list.push(one_time);
        }
    }
    if mfa::is_set_up(user, MfaFactor::SoftwareToken) {
        list.push(AuthFactorType::SoftwareToken);
    }
    Ok(list)
}

/// Whether the pool lets users begin with a factor.
fn is_first(pool: &Pool, factor: AuthFactorType) -> bool {
    let policy = pool.doc.policies.sign_in_policy.as_ref();
    policy
        .and_then(|policy| policy.allowed_first_auth_factors.as_deref())
        .is_some_and(|list| list.contains(&factor))
}
