//! The texts of messages: the pool's templates or the service's defaults, with the placeholders filled (admin.md 4.2).

use cognate_shapes::{DefaultEmailOptionType, DeliveryMediumType, UserPoolMfaType};

use crate::errors::{self, Result};
use crate::records::pool::Pool;

const VERIFICATION: &str = "Your verification code is {####}. ";
const VERIFICATION_SUBJECT: &str = "Your verification code";
const INVITATION: &str = "Your username is {username} and temporary password is {####}. ";
const INVITATION_SUBJECT: &str = "Your temporary password";
const INVITATION_WITHOUT_PASSWORD: &str = "Your username is {username}.";
const INVITATION_WITHOUT_PASSWORD_SUBJECT: &str = "Your account";

/// A finished text. Without `Debug`, since it holds a code or a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// E-mail only.
    pub subject: Option<String>,
    /// The text; HTML in e-mails.
    pub body: String,
}

impl Rendered {
    fn sms(body: String) -> Self {
        Self {
            subject: None,
            body,
        }
    }

    /// The subject becomes a header: a line break in it would begin another one. Templates end in one when a tool reads
    /// them from a file, so that it is taken out here, and the template stays what was set.
    fn email(subject: &str, body: String) -> Self {
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let words = subject.split(breaks).filter(|part| !part.is_empty());
        let subject = words.collect::<Vec<_>>().join(" ");
        Self {
            subject: Some(subject.trim().to_owned()),
            body,
        }
    }
}

/// Returns the message with the code of a sign-up, a code or (by e-mail) a link as the pool says.
///
/// # Errors
/// InvalidParameterException when the pool sends links and has no domain for them to lead to (admin.md 4.3).
pub fn confirmation(pool: &Pool, medium: DeliveryMediumType, code: &str) -> Result<Rendered> {
    let template = &pool.doc.verification_message_template;
    let by_link = template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink);
    if by_link && medium == DeliveryMediumType::Email {
        return Err(errors::users::no_domain_for_links().into());
    }
    Ok(verification(pool, medium, code))
}

/// Returns the message with a code: never a link (admin.md 4.1).
pub fn verification(pool: &Pool, medium: DeliveryMediumType, code: &str) -> Rendered {
    let template = &pool.doc.verification_message_template;
    let fill = |text: &Option<String>| {
        text.as_deref()
            .unwrap_or(VERIFICATION)
            .replace("{####}", code)
    };
    match medium {
        DeliveryMediumType::Sms => Rendered::sms(fill(&template.sms_message)),
        DeliveryMediumType::Email => {
            let subject = template.email_subject.as_deref();
            Rendered::email(
                subject.unwrap_or(VERIFICATION_SUBJECT),
                fill(&template.email_message),
            )
        }
    }
}

/// Returns the message with the code of a step of a sign-in. The texts of the MFA settings hold for one-time passwords
/// too, while MFA is not OFF (admin.md 1.11, 4.1).
pub fn authentication(pool: &Pool, medium: DeliveryMediumType, code: &str) -> Rendered {
    let own = pool.doc.mfa_configuration != UserPoolMfaType::Off;
    let fill = |text: Option<&str>| {
        text.filter(|_| own)
            .unwrap_or(VERIFICATION)
            .replace("{####}", code)
    };
    match medium {
        DeliveryMediumType::Sms => {
            Rendered::sms(fill(pool.doc.sms_authentication_message.as_deref()))
        }
        DeliveryMediumType::Email => {
            let texts = pool.doc.mfa_factors.email.as_ref().filter(|_| own);
            let subject = texts.and_then(|texts| texts.subject.as_deref());
            Rendered::email(
                subject.unwrap_or(VERIFICATION_SUBJECT),
                fill(texts.and_then(|texts| texts.message.as_deref())),
            )
        }
    }
}

/// Returns the invitation with user name and temporary password.
pub fn invitation(
    pool: &Pool,
    medium: DeliveryMediumType,
    username: &str,
    password: &str,
) -> Rendered {
    let template = pool
        .doc
        .admin_create_user_config
        .invite_message_template
        .as_ref();
    match medium {
        DeliveryMediumType::Sms => {
            let text = template
                .and_then(|t| t.sms_message.as_deref())
                .unwrap_or(INVITATION);
            Rendered::sms(fill_invitation(text, username, password))
        }
        DeliveryMediumType::Email => {
            let text = template
                .and_then(|t| t.email_message.as_deref())
                .unwrap_or(INVITATION);
            let subject = template
                .and_then(|t| t.email_subject.as_deref())
                .unwrap_or(INVITATION_SUBJECT);
            Rendered::email(
                subject,
                fill_invitation(text, &escape(username), &escape(password)),
            )
        }
    }
}

/// Returns the invitation of a user who needs no password (admin.md 2.2, 4.2). A template of the pool's own counts as
/// far as it has no place for one.
pub fn invitation_without_password(
    pool: &Pool,
    medium: DeliveryMediumType,
    username: &str,
) -> Rendered {
    let template = pool
        .doc
        .admin_create_user_config
        .invite_message_template
        .as_ref();
    let own = template.and_then(|template| match medium {
        DeliveryMediumType::Sms => template.sms_message.as_deref(),
        DeliveryMediumType::Email => template.email_message.as_deref(),
    });
    let text = own.filter(|text| !text.contains("{####}"));
    let text = text.unwrap_or(INVITATION_WITHOUT_PASSWORD);
    match medium {
        DeliveryMediumType::Sms => Rendered::sms(fill_invitation(text, username, "")),
        DeliveryMediumType::Email => {
            let subject = template
                .and_then(|t| t.email_subject.as_deref())
                .unwrap_or(INVITATION_WITHOUT_PASSWORD_SUBJECT);
            Rendered::email(subject, fill_invitation(text, &escape(username), ""))
        }
    }
}

/// Fills both placeholders in one pass, so that a user called `{####}` does not get the password twice.
fn fill_invitation(template: &str, username: &str, password: &str) -> String {
    const NAME: &str = "{username}";
    const PASSWORD: &str = "{####}";
    let mut out = String::with_capacity(template.len() + username.len() + password.len());
    let mut rest = template;
    while let Some((before, from)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        if let Some(after) = from.strip_prefix(NAME) {
            out.push_str(username);
            rest = after;
        } else if let Some(after) = from.strip_prefix(PASSWORD) {
            out.push_str(password);
            rest = after;
        } else {
            out.push('{');
            rest = from.strip_prefix('{').unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// E-mails are HTML: what a user or an administrator typed must not become markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_other_braces_stay() {
        assert_eq!(
            fill_invitation(INVITATION, "bob", "Pw1!"),
            "Your username is bob and temporary password is Pw1!. "
        );
        assert_eq!(
            fill_invitation("{username}{####}{x}{{", "{####}", "{username}"),
            "{####}{username}{x}{{"
        );
    }

    #[test]
    fn a_subject_is_one_line() {
        let subject = |text: &str| Rendered::email(text, String::new()).subject.unwrap();
        assert_eq!(subject("Your code\r\n"), "Your code");
        assert_eq!(
            subject("A\r\nBcc: x@y.example\u{2028}B\u{85}C\0"),
            "A Bcc: x@y.example B C"
        );
        assert_eq!(
            subject("Ihr Code für Ärzte  hier"),
            "Ihr Code für Ärzte  hier"
        );
    }

    #[test]
    fn names_and_passwords_cannot_bring_markup_into_an_email() {
        assert_eq!(
            escape("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
    }
}
