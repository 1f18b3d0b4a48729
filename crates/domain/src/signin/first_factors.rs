//! The first factors that a user may choose from (auth.md 2.11, 3.6, 4.5).

use cognate_shapes::{AuthFactorType, ChallengeNameType, UserPoolMfaType, UserStatusType};

use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::facts::names;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::User;

/// True if the pool lets users begin with `factor`.
pub fn allows(pool: &Pool, factor: AuthFactorType) -> bool {
    let policy = pool.doc.policies.sign_in_policy.as_ref();
    let factors = policy.and_then(|policy| policy.allowed_first_auth_factors.as_deref());
    factors.is_some_and(|factors| factors.contains(&factor))
}

/// True if users of the pool may do without a password, since a one-time password lets them in.
pub fn passwordless(pool: &Pool) -> bool {
    allows(pool, AuthFactorType::EmailOtp) || allows(pool, AuthFactorType::SmsOtp)
}

/// Returns the challenge that is a code to this contact.
pub fn challenge_of(contact: Contact) -> ChallengeNameType {
    match contact {
        Contact::Email => ChallengeNameType::EmailOtp,
        Contact::PhoneNumber => ChallengeNameType::SmsOtp,
    }
}

/// Returns the contact that the code of a challenge is sent to; None for challenges without a code.
pub fn contact_of(challenge: ChallengeNameType) -> Option<Contact> {
    [Contact::Email, Contact::PhoneNumber]
        .into_iter()
        .find(|contact| challenge_of(*contact) == challenge)
}

/// True if the pool lets users begin with a code to this contact.
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
struct PoolFactors {
    email: bool,
    phone: bool,
    passkey: bool,
}

impl PoolFactors {
    fn by(pool: &Pool) -> Self {
        Self {
            email: allows(pool, AuthFactorType::EmailOtp),
            phone: allows(pool, AuthFactorType::SmsOtp),
            passkey: allows(pool, AuthFactorType::WebAuthn),
        }
    }
}

/// The factors of a user, as far as they decide about the offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct UserFactors {
    password: bool,
    /// The password can be proven by SRP.
    srp: bool,
    email: bool,
    phone: bool,
    passkey: bool,
    /// The pool asks this user for a second factor.
    second_factor: bool,
    /// A passkey with user verification replaces the second factor of this user.
    passkey_is_enough: bool,
    /// Nothing but the password will do: a temporary one must be replaced, a lost one reset.
    password_only: bool,
}

/// Returns the challenges that `user` may choose from, in the order of answers. `passkey`: true if one is registered.
pub fn of(pool: &Pool, user: &User, passkey: bool) -> Vec<ChallengeNameType> {
    list(PoolFactors::by(pool), UserFactors::of(pool, user, passkey))
}

impl UserFactors {
    fn of(pool: &Pool, user: &User, passkey: bool) -> Self {
        let has = |name: &str| user.attribute(name).is_some_and(|value| !value.is_empty());
        Self {
            password: user.credential.is_some(),
            srp: !user.has_imported_password(),
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

fn list(allowed: PoolFactors, holds: UserFactors) -> Vec<ChallengeNameType> {
    use ChallengeNameType as C;
    let others = !holds.password_only;
    let codes = others && !holds.second_factor;
    let passkey = others && (!holds.second_factor || holds.passkey_is_enough);
    [
        (C::PasswordSrp, holds.password && holds.srp),
        (C::Password, holds.password),
        (C::EmailOtp, codes && holds.email && allowed.email),
        (C::SmsOtp, codes && holds.phone && allowed.phone),
        (C::WebAuthn, passkey && holds.passkey && allowed.passkey),
    ]
    .into_iter()
    .filter_map(|(challenge, offered)| offered.then_some(challenge))
    .collect()
}

/// Facts about the passkeys of a subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passkeys {
    /// The pool names a relying party.
    pub is_possible: bool,
    /// True if one is registered that the relying party can use.
    pub is_registered: bool,
}

/// Returns the challenges that an unknown name seems to have: those of `model`, some user of the pool who is always the
/// same for the name while users neither come nor go. So unknown names have the factors that the pool's schema requires
/// of every user, and the others as often as users have them. An address or a number as name gets the codes that it
/// could receive. `passkeys`: the model's, or those of a pseudonym.
pub fn pretended(
    pool: &Pool,
    name: &str,
    model: Option<&User>,
    passkeys: Passkeys,
) -> Vec<ChallengeNameType> {
    let signs_in = |user: &&User| {
        matches!(
            user.status,
            UserStatusType::Confirmed | UserStatusType::ForceChangePassword
        )
    };
    let holds = match model.filter(signs_in) {
        Some(model) => UserFactors::of(pool, model, passkeys.is_registered),
        None => without_model(pool, name, passkeys.is_possible),
    };
    pretended_by(PoolFactors::by(pool), holds, name)
}

/// Returns the factors of an unknown name in a pool without a model: those that the schema requires, the others by
/// chance and always the same for the name.
fn without_model(pool: &Pool, name: &str, passkeys: bool) -> UserFactors {
    let folded = pool.fold(name);
    let [shape, ..] = pool
        .key
        .mac("first factors of unknown names", folded.as_bytes());
    let bit = |n: u8| shape >> n & 1 == 1;
    let required = |name: &str| schema::required(&pool.doc.schema).any(|given| given == name);
    UserFactors {
        password: true,
        srp: true,
        email: required("email") || bit(0),
        phone: required("phone_number") || bit(1),
        passkey: passkeys && bit(4),
        second_factor: pool.doc.mfa_configuration == UserPoolMfaType::On,
        ..UserFactors::default()
    }
}

fn pretended_by(allowed: PoolFactors, holds: UserFactors, name: &str) -> Vec<ChallengeNameType> {
    let holds = UserFactors {
        email: holds.email || names::is_email(name),
        phone: holds.phone || names::is_phone_number(name),
        ..holds
    };
    let offers = list(allowed, holds);
    if !offers.is_empty() {
        return offers;
    }
    // A model without any factor, such as one whose only factor was deleted.
    let password = UserFactors {
        password: true,
        srp: true,
        ..holds
    };
    list(allowed, password)
}

#[cfg(test)]
mod tests {
    use ChallengeNameType as C;

    use super::*;

    const EVERYTHING: PoolFactors = PoolFactors {
        email: true,
        phone: true,
        passkey: true,
    };
    const NOTHING: PoolFactors = PoolFactors {
        email: false,
        phone: false,
        passkey: false,
    };
    const RICH: UserFactors = UserFactors {
        password: true,
        srp: true,
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
        let passkey = PoolFactors {
            passkey: true,
            ..NOTHING
        };
        assert_eq!(
            list(passkey, RICH),
            [C::PasswordSrp, C::Password, C::WebAuthn]
        );
    }

    #[test]
    fn no_user_is_offered_a_factor_that_they_do_not_have() {
        assert_eq!(list(EVERYTHING, UserFactors::default()), []);
        let email = UserFactors {
            email: true,
            ..UserFactors::default()
        };
        assert_eq!(list(EVERYTHING, email), [C::EmailOtp]);
    }

    #[test]
    fn a_second_factor_leaves_the_password_and_a_passkey_that_counts_as_both() {
        let two = UserFactors {
            second_factor: true,
            ..RICH
        };
        assert_eq!(list(EVERYTHING, two), PASSWORDS);
        let enough = UserFactors {
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
        let only = UserFactors {
            password_only: true,
            passkey_is_enough: true,
            ..RICH
        };
        assert_eq!(list(EVERYTHING, only), PASSWORDS);
    }

    #[test]
    fn unknown_names_are_offered_what_a_user_is_and_what_fits_them() {
        let bare = UserFactors {
            password: true,
            srp: true,
            ..UserFactors::default()
        };
        let offers = |name: &str, holds: UserFactors| pretended_by(EVERYTHING, holds, name);
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
        assert_eq!(offers("bob", UserFactors::default()), PASSWORDS);
        let codes = UserFactors {
            password: false,
            ..RICH
        };
        assert_eq!(offers("bob", codes), [C::EmailOtp, C::SmsOtp, C::WebAuthn]);
        assert_eq!(pretended_by(NOTHING, RICH, "a@example.com"), PASSWORDS);
    }
}
