//! The words that the pool's function found for a message (CustomMessage, admin.md 3.3).

use std::sync::LazyLock;

use cognate_shapes::DeliveryMediumType;
use regex_syntax::hir::ClassUnicode;

use crate::app::event::Event;
use crate::app::response::Response;
use crate::errors::{self, Result};
use crate::facts::char_class;
use crate::messages::Reason;
use crate::messages::template::{
    CODE, Content, LINK, LONGEST_EMAIL, LONGEST_SMS, LONGEST_SUBJECT, Template, USERNAME,
};

/// The characters of an e-mail that a function words: those of the service's templates.
static WRITTEN: LazyLock<Option<ClassUnicode>> =
    LazyLock::new(|| char_class::parse(r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\x0B\f\r ]"));

/// The answer of the function. A member that is absent or null leaves the word to the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    sms: Option<String>,
    email: Option<String>,
    subject: Option<String>,
}

/// Returns the event with what the function may put into its words, and with the members that it may fill in.
pub fn ask(event: Event, reason: Reason<'_>) -> Event {
    let username = match reason {
        Reason::AdminCreateUser { .. } => Some(USERNAME),
        _ => None,
    };
    let words = ["smsMessage", "emailMessage", "emailSubject"];
    let event = event
        .with("codeParameter", CODE)
        .with("linkParameter", LINK)
        .with("usernameParameter", username);
    words
        .into_iter()
        .fold(event, |event, word| event.expecting(word, None::<String>))
}

impl Words {
    /// Reads the answer.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for a word that is no text.
    pub fn read(response: &Response) -> Result<Self> {
        let word = |name| Ok::<_, errors::Fault>(response.text(name)?.map(str::to_owned));
        Ok(Self {
            sms: word("smsMessage")?,
            email: word("emailMessage")?,
            subject: word("emailSubject")?,
        })
    }

    /// Puts the words in the place of the template's, each on its own. One that is too long, or lacks a placeholder
    /// without which the message would be of no use, is passed over without a word, as the service does (admin.md 3.3).
    ///
    /// # Errors
    /// InvalidParameterException for a character that e-mails may not have.
    pub fn over<'t>(
        &'t self,
        template: Template<'t>,
        content: Content,
        medium: DeliveryMediumType,
    ) -> Result<Template<'t>> {
        let (body, longest) = match medium {
            DeliveryMediumType::Sms => (self.sms.as_deref(), LONGEST_SMS),
            DeliveryMediumType::Email => (self.email.as_deref(), LONGEST_EMAIL),
        };
        let body = body.filter(|text| is_within(text, longest) && content.is_complete(text));
        if let Some(body) = body
            && medium == DeliveryMediumType::Email
            && !is_written(body)
        {
            let by_link = content == Content::Link;
            return Err(errors::triggers::email_characters(body, by_link).into());
        }
        let subject = self.subject.as_deref();
        let subject = subject
            .filter(|text| is_within(text, LONGEST_SUBJECT) && !text.trim().is_empty())
            .filter(|_| template.subject.is_some());
        Ok(Template {
            subject: subject.or(template.subject),
            body: body.map_or(template.body, Into::into),
        })
    }
}

fn is_within(text: &str, most: usize) -> bool {
    // No character has fewer than one byte.
    text.len() <= most || text.chars().count() <= most
}

fn is_written(text: &str) -> bool {
    let class = WRITTEN.as_ref();
    text.chars()
        .all(|c| class.is_some_and(|class| char_class::holds(class, c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_languages_are_written_and_what_steers_them_is_not() {
        for text in ["<p>こんにちは، مرحبا 👍🏽 €</p>\r\n\t", "e\u{301}\u{fe0f}*"]
        {
            assert!(is_written(text), "{text}");
        }
        for text in ["\u{a0}", "a\u{200d}b", "\u{0}", "\u{2028}", "\u{e000}"] {
            assert!(!is_written(text), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(is_within(&"文".repeat(140), 140));
        assert!(!is_within(&"文".repeat(141), 140));
    }
}
