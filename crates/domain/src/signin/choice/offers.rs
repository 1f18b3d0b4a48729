//! Which first factors a user may choose from (auth.md 2.11, 3.6, 4.5).

use cognate_shapes::{AuthFactorType, ChallengeNameType, UserPoolMfaType, UserStatusType};

use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::facts::names;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::User;
use crate::signin::passkey::relying_party::Known;

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
    list(Allowed::by(pool), Holds::of(pool, user, passkey))
}

impl Holds {
    fn of(pool: &Pool, user: &User, passkey: bool) -> Self {
        let has = |name: &str| user.attribute(name).is_some_and(|value| !value.is_empty());
        Self {
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
        }
    }
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

/// The challenges that a name seems to have that nobody has: those of `model`, some user of the pool who is always the same
/// for the name while users neither come nor go. So unknown names have what the pool's schema makes everybody have, and the
/// rest as often as users have it. An address or a number as name gets the codes that it could receive. `passkeys`: the
/// model's, or those of a pseudonym.
pub fn pretended(
    pool: &Pool,
    name: &str,
    model: Option<&User>,
    passkeys: &Known,
) -> Vec<ChallengeNameType> {
    let signs_in = |user: &&User| {
        matches!(
            user.status,
            UserStatusType::Confirmed | UserStatusType::ForceChangePassword
        )
    };
    let holds = match model.filter(signs_in) {
        Some(model) => Holds::of(pool, model, passkeys.is_registered()),
        None => of_everybody(pool, name, passkeys.is_possible()),
    };
    pretended_by(Allowed::by(pool), holds, name)
}

/// What a name has in a pool without a user to take after: what the schema makes everybody have, the rest by chance and
/// always the same for the name.
fn of_everybody(pool: &Pool, name: &str, passkeys: bool) -> Holds {
    let folded = pool.fold(name);
    let [shape, ..] = pool
        .key
        .mac("first factors of unknown names", folded.as_bytes());
    let bit = |n: u8| shape >> n & 1 == 1;
    let required = |name: &str| schema::required(&pool.doc.schema).any(|given| given == name);
    Holds {
        password: true,
        email: required("email") || bit(0),
        phone: required("phone_number") || bit(1),
        passkey: passkeys && bit(4),
        second_factor: pool.doc.mfa_configuration == UserPoolMfaType::On,
        ..Holds::default()
    }
}

fn pretended_by(allowed: Allowed, holds: Holds, name: &str) -> Vec<ChallengeNameType> {
    let holds = Holds {
        email: holds.email || names::is_email(name),
        phone: holds.phone || names::is_phone_number(name),
        ..holds
    };
    let offers = list(allowed, holds);
    if !offers.is_empty() {
        return offers;
    }
    // A model that can do nothing by itself, such as one whose only factor was taken away.
    let password = Holds {
        password: true,
        ..holds
    };
    list(allowed, password)
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
    fn names_that_nobody_has_are_offered_what_a_user_is_and_what_fits_them() {
        let bare = Holds {
            password: true,
            ..Holds::default()
        };
        let offers = |name: &str, holds: Holds| pretended_by(EVERYTHING, holds, name);
        assert_eq!(
            offers("a@example.com", bare),
            [C::PasswordSrp, C::Password, C::EmailOtp]
        );
        assert_eq!(
            offers("+15555550100", bare),
            [C::PasswordSrp, C::Password, C::SmsOtp]
        );
        assert_eq!(offers("bob", bare), PASSWORDS);
        assert_eq!(offers("bob", RICH), list(EVERYTHING, RICH));
        assert_eq!(offers("bob", Holds::default()), PASSWORDS);
        let codes = Holds {
            password: false,
            ..RICH
        };
        assert_eq!(offers("bob", codes), [C::EmailOtp, C::SmsOtp, C::WebAuthn]);
        assert_eq!(pretended_by(NOTHING, RICH, "a@example.com"), PASSWORDS);
    }
}
