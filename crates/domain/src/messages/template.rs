//! The texts that a pool has for its messages, or the service's where it has none (admin.md 4.1, 4.2), and the
//! placeholders that each kind of text must have.

use std::borrow::Cow;

use cognate_shapes::{DefaultEmailOptionType, DeliveryMediumType, UserPoolMfaType};

use crate::messages::Reason;
use crate::records::pool::Pool;

/// The placeholder of a code or temporary password.
pub const CODE: &str = "{####}";
/// The placeholder of the user name, in invitations only.
pub const USERNAME: &str = "{username}";
/// A placeholder of a link, as functions are told it. The label between the signs may be any.
pub const LINK: &str = "{##Click Here##}";

/// The most characters of a text message, of an e-mail and of a subject, placeholders included.
pub const LONGEST_SMS: usize = 140;
/// See [`LONGEST_SMS`].
pub const LONGEST_EMAIL: usize = 20_000;
/// See [`LONGEST_SMS`].
pub const LONGEST_SUBJECT: usize = 140;

const VERIFICATION: &str = "Your verification code is {####}. ";
const VERIFICATION_SUBJECT: &str = "Your verification code";
const VERIFICATION_BY_LINK: &str =
    "Please click the link below to verify your email address. {##Verify Email##} ";
const VERIFICATION_BY_LINK_SUBJECT: &str = "Your verification link";
const DEFAULT_LINK: &str = "{##Verify Email##}";
const INVITATION: &str = "Your username is {username} and temporary password is {####}. ";
const INVITATION_SUBJECT: &str = "Your temporary password";
const INVITATION_WITHOUT_PASSWORD: &str = "Your username is {username}.";
const INVITATION_WITHOUT_PASSWORD_SUBJECT: &str = "Your account";

/// The content of a message, which decides about its template and its placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A code that verifies an address or allows a new password.
    Code,
    /// A link that confirms a sign-up; e-mail only.
    Link,
    /// The code of a step of a sign-in.
    SignIn,
    /// User name and temporary password.
    Invitation,
    /// The user name of a user who needs no password.
    InvitationWithoutPassword,
}

/// Words for a message, with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'t> {
    /// E-mail only.
    pub subject: Option<&'t str>,
    /// The text; HTML in e-mails.
    pub body: Cow<'t, str>,
}

impl<'t> Template<'t> {
    fn sms(body: &'t str) -> Self {
        Self {
            subject: None,
            body: body.into(),
        }
    }

    fn email(subject: &'t str, body: impl Into<Cow<'t, str>>) -> Self {
        Self {
            subject: Some(subject),
            body: body.into(),
        }
    }
}

impl Content {
    /// All contents.
    pub const ALL: [Self; 5] = [
        Self::Code,
        Self::Link,
        Self::SignIn,
        Self::Invitation,
        Self::InvitationWithoutPassword,
    ];

    /// Returns the content of a message for `reason`: sign-ups are confirmed by link only if the pool says so, and only
    /// by e-mail (admin.md 4.1). `has_secret`: false for an invitation without a password.
    pub fn of(
        pool: &Pool,
        medium: DeliveryMediumType,
        reason: Reason<'_>,
        has_secret: bool,
    ) -> Self {
        let option = pool.doc.verification_message_template.default_email_option;
        let by_link = option == Some(DefaultEmailOptionType::ConfirmWithLink)
            && medium == DeliveryMediumType::Email;
        match reason {
            Reason::SignUp | Reason::ResendCode if by_link => Self::Link,
            Reason::SignUp
            | Reason::ResendCode
            | Reason::ForgotPassword
            | Reason::UpdateUserAttribute
            | Reason::VerifyUserAttribute => Self::Code,
            Reason::Authentication => Self::SignIn,
            Reason::AdminCreateUser { .. } if has_secret => Self::Invitation,
            Reason::AdminCreateUser { .. } => Self::InvitationWithoutPassword,
        }
    }

    /// True if the user name is filled in.
    pub fn names_user(self) -> bool {
        matches!(self, Self::Invitation | Self::InvitationWithoutPassword)
    }

    /// True if a text has the placeholders without which its reader could not go on (admin.md 3.3, 4.2).
    pub fn is_complete(self, text: &str) -> bool {
        match self {
            Self::Code | Self::SignIn => text.contains(CODE),
            Self::Link => text.contains(CODE) || has_label(text),
            Self::Invitation => text.contains(CODE) && text.contains(USERNAME),
            // There would be nothing to put in the place of the password.
            Self::InvitationWithoutPassword => text.contains(USERNAME) && !text.contains(CODE),
        }
    }

    /// Returns the words of the pool's templates, or the service's own.
    pub fn template(self, pool: &Pool, medium: DeliveryMediumType) -> Template<'_> {
        match self {
            Self::Code => code(pool, medium),
            Self::Link => link(pool),
            Self::SignIn => sign_in(pool, medium),
            Self::Invitation => invitation(pool, medium),
            Self::InvitationWithoutPassword => invitation_without_password(pool, medium),
        }
    }
}

fn code(pool: &Pool, medium: DeliveryMediumType) -> Template<'_> {
    let template = &pool.doc.verification_message_template;
    match medium {
        DeliveryMediumType::Sms => {
            Template::sms(template.sms_message.as_deref().unwrap_or(VERIFICATION))
        }
        DeliveryMediumType::Email => Template::email(
            template
                .email_subject
                .as_deref()
                .unwrap_or(VERIFICATION_SUBJECT),
            template.email_message.as_deref().unwrap_or(VERIFICATION),
        ),
    }
}

fn link(pool: &Pool) -> Template<'_> {
    let template = &pool.doc.verification_message_template;
    let subject = template.email_subject_by_link.as_deref();
    let body = template.email_message_by_link.as_deref();
    let body = body.unwrap_or(VERIFICATION_BY_LINK);
    // The pattern of the member allows a label of no characters.
    let body = if has_label(body) {
        Cow::Borrowed(body)
    } else {
        body.replace(CODE, DEFAULT_LINK).into()
    };
    Template::email(subject.unwrap_or(VERIFICATION_BY_LINK_SUBJECT), body)
}

/// The texts of the MFA settings hold for one-time passwords too, while MFA is not OFF (admin.md 1.11, 4.1).
fn sign_in(pool: &Pool, medium: DeliveryMediumType) -> Template<'_> {
    let own = pool.doc.mfa_configuration != UserPoolMfaType::Off;
    match medium {
        DeliveryMediumType::Sms => {
            let text = pool.doc.sms_authentication_message.as_deref();
            Template::sms(text.filter(|_| own).unwrap_or(VERIFICATION))
        }
        DeliveryMediumType::Email => {
            let texts = pool.doc.mfa_factors.email.as_ref().filter(|_| own);
            let subject = texts.and_then(|texts| texts.subject.as_deref());
            let body = texts.and_then(|texts| texts.message.as_deref());
            Template::email(
                subject.unwrap_or(VERIFICATION_SUBJECT),
                body.unwrap_or(VERIFICATION),
            )
        }
    }
}

fn invitation(pool: &Pool, medium: DeliveryMediumType) -> Template<'_> {
    let config = &pool.doc.admin_create_user_config;
    let template = config.invite_message_template.as_ref();
    match medium {
        DeliveryMediumType::Sms => {
            let text = template.and_then(|t| t.sms_message.as_deref());
            Template::sms(text.unwrap_or(INVITATION))
        }
        DeliveryMediumType::Email => {
            let subject = template.and_then(|t| t.email_subject.as_deref());
            let body = template.and_then(|t| t.email_message.as_deref());
            Template::email(
                subject.unwrap_or(INVITATION_SUBJECT),
                body.unwrap_or(INVITATION),
            )
        }
    }
}

/// A template of the pool's own counts as far as it has no place for a password (admin.md 2.2, 4.2).
fn invitation_without_password(pool: &Pool, medium: DeliveryMediumType) -> Template<'_> {
    let config = &pool.doc.admin_create_user_config;
    let template = config.invite_message_template.as_ref();
    let own = template.and_then(|template| match medium {
        DeliveryMediumType::Sms => template.sms_message.as_deref(),
        DeliveryMediumType::Email => template.email_message.as_deref(),
    });
    let text = own.filter(|text| !text.contains(CODE));
    let text = text.unwrap_or(INVITATION_WITHOUT_PASSWORD);
    match medium {
        DeliveryMediumType::Sms => Template::sms(text),
        DeliveryMediumType::Email => {
            let subject = template.and_then(|t| t.email_subject.as_deref());
            Template::email(subject.unwrap_or(INVITATION_WITHOUT_PASSWORD_SUBJECT), text)
        }
    }
}

/// Takes a placeholder of a link from the beginning of a text: returns its label, and the text behind it. `{####}`,
/// whose label would be empty, is a placeholder of a code.
pub fn label(text: &str) -> Option<(&str, &str)> {
    let (label, after) = text.strip_prefix("{##")?.split_once("##}")?;
    (!label.is_empty()).then_some((label, after))
}

fn has_label(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, from)) = rest.split_once("{##") {
        match from.split_once("##}") {
            None => return false,
            Some(("", after)) => rest = after,
            Some(_) => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_character_at_least() {
        assert_eq!(label("{##Click Here##} x"), Some(("Click Here", " x")));
        assert_eq!(label("{#####}"), Some(("#", "")));
        assert_eq!(label("{####}"), None);
        assert_eq!(label("{##a"), None);
        assert!(has_label("{####} or {##a##}") && has_label("x{##{username}##}"));
        assert!(!has_label("{####}{##a") && !has_label(""));
    }

    #[test]
    fn the_text_must_let_its_reader_go_on() {
        use Content as C;
        let both = "{username} {####}";
        let cases = [
            (C::Code, [true, false, false, true]),
            (C::SignIn, [true, false, false, true]),
            (C::Link, [true, true, false, true]),
            (C::Invitation, [false, false, false, true]),
            (C::InvitationWithoutPassword, [false, false, true, false]),
        ];
        for (content, expected) in cases {
            let texts = [CODE, LINK, USERNAME, both];
            assert_eq!(
                texts.map(|text| content.is_complete(text)),
                expected,
                "{content:?}"
            );
        }
    }
}
