//! The second factors that a user can use and that answers name (auth.md 4.3).

use cognate_shapes::{DeliveryMediumType, MFAOptionType, WebAuthnFactorConfigurationType};

use crate::facts::factor::MfaFactor;
use crate::records::pool::{Pool, PoolDoc};
use crate::records::user::User;

/// True if the user could answer to a factor: has the address or number, or a registered app.
pub fn is_set_up(user: &User, factor: MfaFactor) -> bool {
    match factor.contact() {
        Some(contact) => user
            .attribute(contact.attribute())
            .is_some_and(|value| !value.is_empty()),
        None => user.doc.mfa.software_token_registered,
    }
}

/// True if the user turned a factor on and still could answer to it. A user without a number any more gets no codes by
/// SMS.
pub fn is_on(user: &User, factor: MfaFactor) -> bool {
    user.doc.mfa.has(factor) && is_set_up(user, factor)
}

/// Returns the preferred factor, if it is on.
pub fn preferred(user: &User) -> Option<MfaFactor> {
    let preferred = user.doc.mfa.preferred;
    preferred.filter(|factor| is_on(user, *factor))
}

/// True if a sign-in may come to ask for this factor: it is on, and none or it is preferred. A forgotten password must
/// not be replaced the same way (auth.md 2.13).
pub fn may_be_asked_first(user: &User, factor: MfaFactor) -> bool {
    is_on(user, factor) && preferred(user).is_none_or(|first| first == factor)
}

/// True if the pool offers a factor to its users.
pub fn is_offered(pool: &Pool, factor: MfaFactor) -> bool {
    let factors = &pool.doc.mfa_factors;
    match factor {
        MfaFactor::Sms => factors.sms,
        MfaFactor::Email => factors.email.is_some(),
        MfaFactor::SoftwareToken => factors.allows_software_token(),
    }
}

/// True if a passkey whose authenticator verified the user counts as both factors (auth.md 4.5).
pub fn passkey_is_enough(pool: &Pool, user: &User) -> bool {
    user.doc.mfa.web_authn && passkeys_are_two_factors(&pool.doc)
}

/// True if a passkey that verifies its user stands for both factors in the pool (auth.md 4.5).
pub fn passkeys_are_two_factors(pool: &PoolDoc) -> bool {
    let settings = pool.web_authn_configuration.as_ref();
    settings.and_then(|settings| settings.factor_configuration)
        == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
}

/// Returns UserMFASettingList; None when nothing is on (auth.md 4.3).
pub fn setting_list(user: &User) -> Option<Vec<String>> {
    let list: Vec<String> = MfaFactor::ALL
        .into_iter()
        .filter(|factor| is_on(user, *factor))
        .map(|factor| factor.as_str().to_owned())
        .collect();
    (!list.is_empty()).then_some(list)
}

/// Returns PreferredMfaSetting.
pub fn preferred_setting(user: &User) -> Option<String> {
    preferred(user).map(|factor| factor.as_str().to_owned())
}

/// Returns the member of an answer that shows a user; None without any.
pub fn options(user: &User) -> Option<Vec<MFAOptionType>> {
    is_on(user, MfaFactor::Sms).then(|| {
        vec![MFAOptionType {
            delivery_medium: Some(DeliveryMediumType::Sms),
            attribute_name: Some("phone_number".to_owned()),
        }]
    })
}
