//! Which first factors a user may choose from (auth.md 2.11, 3.6, 4.5).

use cognate_shapes::{
    AuthFactorType, ChallengeNameType, UserPoolMfaType, UserStatusType, WebAuthnFactorConfigurationType,
};

use crate::messages::destination::Contact;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::names;

/// Whether the pool lets users begin with `factor`.
pub fn allows(pool: &Pool, factor: AuthFactorType) -> bool {
    let policy = pool.doc.policies.sign_in_policy.as_ref();
    let factors = policy.and_then(|policy| policy.allowed_first_auth_factors.as_deref());
    factors.is_some_and(|factors| factors.contains(&factor))
}

/// Whether users of the pool may do without a password, since a one-time password lets them in.
pub fn passwordless(pool: &Pool) -> bool {
    allows(pool, AuthFactorType::EmailOtp) || allows(pool, AuthFactorType::SmsOtp)
}

/// The factor that is a code to this contact.
pub fn factor_of(contact: Contact) -> AuthFactorType {
    match contact {
        Contact::Email => AuthFactorType::EmailOtp,
        Contact::PhoneNumber => AuthFactorType::SmsOtp,
    }
}

/// What a user has that decides about the offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Holds {
    password: bool,
    email: bool,
    phone: bool,
    passkey: bool,
    /// The pool asks this user for a second factor.
    second_factor: bool,
    /// A passkey with user verification stands for the second factor of this user.
    passkey_is_enough: bool,
    /// Nothing but the password will do: a temporary one must be replaced, a lost one reset.
    password_only: bool,
}

/// The challenges that `user` may choose from, in the order of answers. `passkey`: whether one is registered.
pub fn of(pool: &Pool, user: &User, passkey: bool) -> Vec<ChallengeNameType> {
    let has = |name: &str| user.attribute(name).is_some_and(|value| !value.is_empty());
    let multi_factor = pool.doc.web_authn_configuration.as_ref().is_some_and(|c| {
        c.factor_configuration
            == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
    });
    list(
        pool,
        Holds {
            password: user.credential.is_some(),
            email: has("email"),
            phone: has("phone_number"),
            passkey,
            second_factor: match pool.doc.mfa_configuration {
                UserPoolMfaType::Off => false,
                UserPoolMfaType::On => true,
                UserPoolMfaType::Optional => user.doc.mfa.any(),
            },
            passkey_is_enough: multi_factor && user.doc.mfa.web_authn,
            password_only: matches!(
                user.status,
                UserStatusType::ForceChangePassword | UserStatusType::ResetRequired
            ),
        },
    )
}

fn list(pool: &Pool, holds: Holds) -> Vec<ChallengeNameType> {
    use ChallengeNameType as C;
    let mut list = Vec::new();
    if holds.password {
        list.extend([C::PasswordSrp, C::Password]);
    }
    if holds.password_only {
        return list;
    }
    let code = !holds.second_factor;
    if code && holds.email && allows(pool, AuthFactorType::EmailOtp) {
        list.push(C::EmailOtp);
    }
    if code && holds.phone && allows(pool, AuthFactorType::SmsOtp) {
        list.push(C::SmsOtp);
    }
    let passkey = !holds.second_factor || holds.passkey_is_enough;
    if passkey && holds.passkey && allows(pool, AuthFactorType::WebAuthn) {
        list.push(C::WebAuthn);
    }
    list
}

/// The challenges that a name seems to have that nobody has: always the same for a name, and what a user of that name
/// could have. An address or a number as name gets the codes that it could receive.
pub fn pretended(pool: &Pool, name: &str) -> Vec<ChallengeNameType> {
    let folded = names::fold(pool, name);
    let [shape, ..] = pool.key.mac("first factors of unknown names", folded.as_bytes());
    let codes = passwordless(pool) && pool.doc.mfa_configuration != UserPoolMfaType::On;
    let (is_email, is_phone) = (names::is_email(name), names::is_phone_number(name));
    let guess = |bit: u8| shape & bit != 0;
    let mut holds = Holds {
        password: true,
        email: is_email || (!is_phone && guess(1)),
        phone: is_phone || (!is_email && guess(2)),
        ..Holds::default()
    };
    holds.second_factor = !codes;
    // Some users of such a pool never had a password.
    let without = Holds {
        password: false,
        ..holds
    };
    if guess(4) && !list(pool, without).is_empty() {
        holds = without;
    }
    list(pool, holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ChallengeNameType as C;

    #[test]
    fn each_factor_is_offered_to_who_has_it_where_the_pool_allows_it() {
        let all = Holds {
            password: true,
            email: true,
            phone: true,
            passkey: true,
            ..Holds::default()
        };
        let pool = |factors: &[AuthFactorType]| crate::records::pool::tests::pool_with(|doc| {
            let policy = cognate_shapes::SignInPolicyType {
                allowed_first_auth_factors: Some(factors.to_vec()),
            };
            doc.policies.sign_in_policy = Some(policy);
        });
        let _ = (all, pool);
        let _ = C::Password;
    }
}
