//! Rules about names, addresses and the messages that prove them.

use cognate_shapes::{
    AliasAttributeType, DefaultEmailOptionType, EmailSendingAccountType, UsernameAttributeType,
    VerifiedAttributeType,
};

use crate::lint::subject::Subject;

const CONTACTS: [VerifiedAttributeType; 2] = [
    VerifiedAttributeType::Email,
    VerifiedAttributeType::PhoneNumber,
];

pub(super) fn case_sensitive_names(subject: &Subject) -> Option<String> {
    let settings = subject.pool.username_configuration.as_ref();
    settings.is_none_or(|names| names.case_sensitive).then(|| {
        "Jane and jane are two users, which people and applications take for one.".to_owned()
    })
}

pub(super) fn username_unproven(subject: &Subject) -> Option<String> {
    let names = subject
        .pool
        .username_attributes
        .as_deref()
        .unwrap_or_default();
    let unproven = names.iter().filter(|name| {
        let attribute = match name {
            UsernameAttributeType::Email => VerifiedAttributeType::Email,
            UsernameAttributeType::PhoneNumber => VerifiedAttributeType::PhoneNumber,
        };
        !subject.proves(attribute)
    });
    let unproven: Vec<&str> = unproven.map(|name| name.as_str()).collect();
    (subject.signs_up_anybody() && !unproven.is_empty()).then(|| {
        let unproven = unproven.join(" and ");
        format!("Users sign up under an {unproven} of anybody's, since the sign-up does not prove that it is theirs.")
    })
}

pub(super) fn alias_unproven(subject: &Subject) -> Option<String> {
    let aliases = subject.pool.alias_attributes.as_deref().unwrap_or_default();
    let unproven = aliases.iter().filter(|alias| match alias {
        AliasAttributeType::Email => !subject.proves(VerifiedAttributeType::Email),
        AliasAttributeType::PhoneNumber => !subject.proves(VerifiedAttributeType::PhoneNumber),
        AliasAttributeType::PreferredUsername => false,
    });
    let unproven: Vec<&str> = unproven.map(|alias| alias.as_str()).collect();
    (!unproven.is_empty()).then(|| {
        let unproven = unproven.join(" and ");
        format!("The alias {unproven} works once it is verified, which no sign-up does: users cannot sign in with it at first.")
    })
}

pub(super) fn preferred_username_alias(subject: &Subject) -> Option<String> {
    let aliases = subject.pool.alias_attributes.as_deref().unwrap_or_default();
    let chosen = aliases.contains(&AliasAttributeType::PreferredUsername);
    chosen.then(|| {
        "A user takes any free preferred_username without proof, also one that somebody else has just given up."
            .to_owned()
    })
}

pub(super) fn update_before_proof(subject: &Subject) -> Option<String> {
    let settings = &subject.pool.user_attribute_update_settings;
    let first = settings
        .attributes_require_verification_before_update
        .as_deref()
        .unwrap_or_default();
    let at_once = CONTACTS
        .iter()
        .filter(|contact| subject.proves(**contact) && !first.contains(contact));
    let at_once: Vec<&str> = at_once.map(|contact| contact.as_str()).collect();
    (!at_once.is_empty()).then(|| {
        let at_once = at_once.join(" and ");
        format!("A user replaces {at_once} by a value of somebody else's at once: applications see it unless they look at whether it is verified.")
    })
}

/// True if users sign up themselves and the sign-up proves nothing of them.
fn proves_nothing(subject: &Subject) -> bool {
    subject.signs_up_anybody() && !CONTACTS.iter().any(|contact| subject.proves(*contact))
}

pub(super) fn sign_up_by_function(subject: &Subject) -> Option<String> {
    let function = subject.pool.lambda_config.pre_sign_up.is_some();
    (proves_nothing(subject) && function).then(|| {
        "The function PreSignUp alone can confirm users who sign up, and no address of theirs is proven: look at what it checks."
            .to_owned()
    })
}

pub(super) fn sign_up_never_confirmed(subject: &Subject) -> Option<String> {
    let function = subject.pool.lambda_config.pre_sign_up.is_some();
    (proves_nothing(subject) && !function).then(|| {
        "Anybody can sign up and nobody gets a code: users wait for an administrator's AdminConfirmSignUp.".to_owned()
    })
}

pub(super) fn confirm_by_link(subject: &Subject) -> Option<String> {
    let template = &subject.pool.verification_message_template;
    let link = template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink);
    (link && subject.proves(VerifiedAttributeType::Email)).then(|| {
        "Programs that look into mail for malware open links, and so confirm addresses that nobody asked to confirm.".to_owned()
    })
}

pub(super) fn default_email_sender(subject: &Subject) -> Option<String> {
    let account = subject.pool.email_configuration.email_sending_account;
    let default = account != Some(EmailSendingAccountType::Developer);
    (default && subject.proves(VerifiedAttributeType::Email)).then(|| {
        "The pool sends by the default sender, whose address and budget it shares with other pools; at the service that is 50 e-mails a day."
            .to_owned()
    })
}
