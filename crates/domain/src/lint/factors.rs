//! Rules about second factors, first factors, recovery, devices and threat protection.

use cognate_shapes::{
    AdvancedSecurityModeType, AuthFactorType, ExplicitAuthFlowsType, RecoveryOptionNameType,
    UserPoolMfaType, UserPoolTierType,
};

use crate::lint::subject::Subject;

fn mfa(subject: &Subject) -> UserPoolMfaType {
    subject.pool.mfa_configuration
}

fn first_factors(subject: &Subject) -> &[AuthFactorType] {
    let policy = subject.pool.policies.sign_in_policy.as_ref();
    let allowed = policy.and_then(|policy| policy.allowed_first_auth_factors.as_deref());
    allowed.unwrap_or_default()
}

/// Returns the messages by which users recover their accounts.
fn recovery(subject: &Subject) -> Vec<&'static str> {
    let setting = subject.pool.account_recovery_setting.as_ref();
    let ways = setting.and_then(|setting| setting.recovery_mechanisms.as_deref());
    let ways = ways.unwrap_or_default().iter();
    ways.filter_map(|way| match way.name {
        RecoveryOptionNameType::VerifiedEmail => Some("e-mail"),
        RecoveryOptionNameType::VerifiedPhoneNumber => Some("SMS"),
        RecoveryOptionNameType::AdminOnly => None,
    })
    .collect()
}

pub(super) fn mfa_off(subject: &Subject) -> Option<String> {
    (mfa(subject) == UserPoolMfaType::Off).then(|| {
        "No user can have a second factor, so that a password that is known elsewhere is enough."
            .to_owned()
    })
}

pub(super) fn mfa_optional(subject: &Subject) -> Option<String> {
    (mfa(subject) == UserPoolMfaType::Optional).then(|| {
        "Users may go without a second factor, and those who are attacked first do.".to_owned()
    })
}

pub(super) fn recovery_alone(subject: &Subject) -> Option<String> {
    let ways = recovery(subject);
    (mfa(subject) == UserPoolMfaType::Off && !ways.is_empty()).then(|| {
        let ways = ways.join(" or ");
        format!("A code by {ways} sets a new password and no second factor follows, so that whoever reads the messages has the account.")
    })
}

pub(super) fn no_recovery(subject: &Subject) -> Option<String> {
    recovery(subject).is_empty().then(|| {
        "A user who forgets the password needs an administrator, and ForgotPassword is refused."
            .to_owned()
    })
}

pub(super) fn sms_only_mfa(subject: &Subject) -> Option<String> {
    let factors = &subject.pool.mfa_factors;
    let alone = factors.sms && !factors.allows_software_token() && factors.email.is_none();
    (mfa(subject) != UserPoolMfaType::Off && alone).then(|| {
        "SMS is the only second factor: numbers are taken over at the carrier, and every message costs.".to_owned()
    })
}

pub(super) fn sms_sign_in(subject: &Subject) -> Option<String> {
    let alone = mfa(subject) != UserPoolMfaType::On;
    (alone && first_factors(subject).contains(&AuthFactorType::SmsOtp)).then(|| {
        "A code by SMS signs in without any other proof, so that a number that is taken over is the account.".to_owned()
    })
}

pub(super) fn first_factors_unused(subject: &Subject) -> Option<String> {
    let more = first_factors(subject).iter();
    let more = more.filter(|factor| **factor != AuthFactorType::Password);
    let more: Vec<&str> = more.map(|factor| factor.as_str()).collect();
    let flow = ExplicitAuthFlowsType::AllowUserAuth;
    let used = subject
        .clients
        .iter()
        .any(|client| client.doc.lists_flow(flow));
    (!more.is_empty() && !used).then(|| {
        let more = more.join(", ");
        format!("{more} may be a first factor, and no client allows the flow USER_AUTH, which alone offers it.")
    })
}

pub(super) fn passkeys_unused(subject: &Subject) -> Option<String> {
    let allowed = first_factors(subject).contains(&AuthFactorType::WebAuthn);
    (subject.pool.web_authn_configuration.is_some() && !allowed).then(|| {
        "Passkeys are configured and no first factor, so that nobody signs in with one.".to_owned()
    })
}

pub(super) fn device_skips_mfa(subject: &Subject) -> Option<String> {
    let devices = subject.pool.device_configuration.as_ref()?;
    let stands_in = devices.challenge_required_on_new_device == Some(true);
    (stands_in && mfa(subject) != UserPoolMfaType::Off).then(|| {
        let which = match devices.device_only_remembered_on_user_prompt {
            Some(true) => "A device that its user chose to remember",
            _ => "Every device from which somebody signed in, without being asked,",
        };
        format!("{which} takes the place of the second factor later.")
    })
}

fn threat_protection(subject: &Subject) -> Option<AdvancedSecurityModeType> {
    (subject.pool.tier == UserPoolTierType::Plus).then(|| {
        let add_ons = subject.pool.user_pool_add_ons.as_ref();
        add_ons.map_or(AdvancedSecurityModeType::Off, |add_ons| {
            add_ons.advanced_security_mode
        })
    })
}

pub(super) fn threat_protection_off(subject: &Subject) -> Option<String> {
    (threat_protection(subject) == Some(AdvancedSecurityModeType::Off)).then(|| {
        "The pool has the plan PLUS, and neither risky sign-ins nor passwords that are known elsewhere are looked for."
            .to_owned()
    })
}

pub(super) fn threat_protection_audit(subject: &Subject) -> Option<String> {
    (threat_protection(subject) == Some(AdvancedSecurityModeType::Audit)).then(|| {
        "Risky sign-ins and passwords that are known elsewhere are recorded and nothing is done about them."
            .to_owned()
    })
}
