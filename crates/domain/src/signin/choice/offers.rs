//! Which first factors a user may choose from (auth.md 2.11, 3.6, 4.5).

use cognate_shapes::{AuthFactorType, ChallengeNameType, UserPoolMfaType, UserStatusType};

use crate::messages::destination::Contact;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::progress::MfaFactor;
use crate::users::{mfa, names};

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

/// The challenge that is a code to this contact.
pub fn challenge_of(contact: Contact) -> ChallengeNameType {
    match contact {
        Contact::Email => ChallengeNameType::EmailOtp,
        Contact::PhoneNumber => ChallengeNameType::SmsOtp,
    }
}

/// Where the code of a challenge goes; None for challenges without one.
pub fn contact_of(challenge: ChallengeNameType) -> Option<Contact> {
    [Contact::Email, Contact::PhoneNumber]
        .into_iter()
        .find(|contact| challenge_of(*contact) == challenge)
}

/// Whether the pool lets users begin with a code to this contact.
pub fn allows_code_to(pool: &Pool, contact: Contact) -> bool {
    allows(
        pool,
        match contact {
            Contact::Email => AuthFactorType::EmailOtp,
            Contact::PhoneNumber => AuthFactorType::SmsOtp,
        },
    )
}

/// The factors of a pool besides the password, which is always allowed (settled P23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowed {
    email: bool,
    phone: bool,
    passkey: bool,
}

impl Allowed {
    fn by(pool: &Pool) -> Self {
        Self {
            email: allows(pool, AuthFactorType::EmailOtp),
            phone: allows(pool, AuthFactorType::SmsOtp),
            passkey: allows(pool, AuthFactorType::WebAuthn),
        }
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
    let holds = Holds {
        password: user.credential.is_some(),
        email: has("email"),
        phone: has("phone_number"),
        passkey,
        second_factor: match pool.doc.mfa_configuration {
            UserPoolMfaType::Off => false,
            UserPoolMfaType::On => true,
            UserPoolMfaType::Optional => MfaFactor::ALL
                .into_iter()
                .any(|factor| mfa::is_on(user, factor)),
        },
        passkey_is_enough: mfa::passkey_is_enough(pool, user),
        password_only: matches!(
            user.status,
            UserStatusType::ForceChangePassword | UserStatusType::ResetRequired
        ),
    };
    list(Allowed::by(pool), holds)
}

fn list(allowed: Allowed, holds: Holds) -> Vec<ChallengeNameType> {
    use ChallengeNameType as C;
    let others = !holds.password_only;
    let codes = others && !holds.second_factor;
    let passkey = others && (!holds.second_factor || holds.passkey_is_enough);
    [
        (C::PasswordSrp, holds.password),
        (C::Password, holds.password),
        (C::EmailOtp, codes && holds.email && allowed.email),
        (C::SmsOtp, codes && holds.phone && allowed.phone),
        (C::WebAuthn, passkey && holds.passkey && allowed.passkey),
    ]
    .into_iter()
    .filter_map(|(challenge, offered)| offered.then_some(challenge))
    .collect()
}

/// The challenges that a name seems to have that nobody has: always the same for a name, and what a user of that name
/// could have. An address or a number as name gets the codes that it could receive. `passkeys`: there can be some here.
pub fn pretended(pool: &Pool, name: &str, passkeys: bool) -> Vec<ChallengeNameType> {
    let folded = names::fold(pool, name);
    let [shape, ..] = pool
        .key
        .mac("first factors of unknown names", folded.as_bytes());
    let required = pool.doc.mfa_configuration == UserPoolMfaType::On;
    let allowed = Allowed::by(pool);
    let allowed = Allowed {
        passkey: allowed.passkey && passkeys,
        ..allowed
    };
    pretended_by(allowed, required, name, shape)
}

fn pretended_by(
    allowed: Allowed,
    second_factor: bool,
    name: &str,
    shape: u8,
) -> Vec<ChallengeNameType> {
    let (is_email, is_phone) = (names::is_email(name), names::is_phone_number(name));
    let plain = !is_email && !is_phone;
    let bit = |n: u8| shape >> n & 1 == 1;
    let holds = Holds {
        password: true,
        email: is_email || (plain && bit(0)),
        phone: is_phone || (plain && bit(1)),
        passkey: bit(4),
        second_factor,
        ..Holds::default()
    };
    // Some users of such a pool never had a password.
    let without = Holds {
        password: false,
        ..holds
    };
    let codes = list(allowed, without);
    if codes.is_empty() || !(bit(2) && bit(3)) {
        list(allowed, holds)
    } else {
        codes
    }
}

#[cfg(test)]
mod tests {
    use ChallengeNameType as C;

    use super::*;

    const EVERYTHING: Allowed = Allowed {
        email: true,
        phone: true,
        passkey: true,
    };
    const NOTHING: Allowed = Allowed {
        email: false,
        phone: false,
        passkey: false,
    };
    const RICH: Holds = Holds {
        password: true,
        email: true,
        phone: true,
        passkey: true,
        second_factor: false,
        passkey_is_enough: false,
        password_only: false,
    };
    const PASSWORDS: [C; 2] = [C::PasswordSrp, C::Password];

    #[test]
    fn who_has_every_factor_is_offered_what_the_pool_allows() {
        let all = [
            C::PasswordSrp,
            C::Password,
            C::EmailOtp,
            C::SmsOtp,
            C::WebAuthn,
        ];
        assert_eq!(list(EVERYTHING, RICH), all);
        assert_eq!(list(NOTHING, RICH), PASSWORDS);
        let passkey = Allowed {
            passkey: true,
            ..NOTHING
        };
        assert_eq!(
            list(passkey, RICH),
            [C::PasswordSrp, C::Password, C::WebAuthn]
        );
    }

    #[test]
    fn nobody_is_offered_what_they_do_not_have() {
        assert_eq!(list(EVERYTHING, Holds::default()), []);
        let email = Holds {
            email: true,
            ..Holds::default()
        };
        assert_eq!(list(EVERYTHING, email), [C::EmailOtp]);
    }

    #[test]
    fn a_second_factor_leaves_the_password_and_a_passkey_that_counts_as_both() {
        let two = Holds {
            second_factor: true,
            ..RICH
        };
        assert_eq!(list(EVERYTHING, two), PASSWORDS);
        let enough = Holds {
            passkey_is_enough: true,
            ..two
        };
        assert_eq!(
            list(EVERYTHING, enough),
            [C::PasswordSrp, C::Password, C::WebAuthn]
        );
    }

    #[test]
    fn a_temporary_or_lost_password_leaves_only_passwords() {
        let only = Holds {
            password_only: true,
            passkey_is_enough: true,
            ..RICH
        };
        assert_eq!(list(EVERYTHING, only), PASSWORDS);
    }

    #[test]
    fn names_that_nobody_has_are_offered_what_fits_them() {
        let codes = Allowed {
            passkey: false,
            ..EVERYTHING
        };
        let offers = |name: &str, shape: u8| pretended_by(codes, false, name, shape);
        assert_eq!(
            offers("a@example.com", 0),
            [C::PasswordSrp, C::Password, C::EmailOtp]
        );
        assert_eq!(offers("a@example.com", 0b1111), [C::EmailOtp]);
        assert_eq!(offers("+15555550100", 0b1100), [C::SmsOtp]);
        assert_eq!(offers("bob", 0b1111), [C::EmailOtp, C::SmsOtp]);
        assert_eq!(offers("bob", 0b1100), PASSWORDS);
        let passkey = Allowed {
            passkey: true,
            ..NOTHING
        };
        let offers = |shape: u8| pretended_by(passkey, false, "bob", shape);
        assert_eq!(offers(0), PASSWORDS);
        assert_eq!(offers(0b10000), [C::PasswordSrp, C::Password, C::WebAuthn]);
        assert_eq!(offers(0b11100), [C::WebAuthn]);
        for shape in 0..=u8::MAX {
            assert_eq!(
                pretended_by(NOTHING, false, "a@example.com", shape),
                PASSWORDS
            );
            assert_eq!(
                pretended_by(EVERYTHING, true, "a@example.com", shape),
                PASSWORDS
            );
        }
    }
}
