//! E-mails: their parts as values, and the MIME message of them (RFC 5322, 2045 to 2047).

use std::time::{Duration, UNIX_EPOCH};

use cognate_domain::app::courier::Outgoing;
use cognate_shapes::EmailConfigurationType;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::{Address, address::Envelope};

use crate::address::{self, one_line};
use crate::fault::Fault;
use crate::text;

/// Says that nobody need answer, so that no out-of-office reply comes (RFC 3834 section 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Characters of a subject that are kept, so that a word of it fits into a line (RFC 5322 section 2.1.1). Templates have
/// 140 at most.
const LONGEST_SUBJECT: usize = 500;

/// An e-mail whose values were read and bounded. Without `Debug`, since it holds a code or a password.
pub struct Email<'a> {
    /// The sender.
    pub from: Mailbox,
    /// The address for answers; None for the sender's.
    pub reply_to: Option<Mailbox>,
    /// The identity at SES; None = the address's own.
    pub source: Option<&'a str>,
    /// The configuration set at SES.
    pub configuration_set: Option<&'a str>,
    /// The recipient.
    pub to: Address,
    /// One line.
    pub subject: String,
    /// The body.
    pub html: &'a str,
    /// The body for readers without HTML.
    pub text: String,
    /// The id of the message, of characters that may stand in an address.
    pub id: String,
}

impl<'a> Email<'a> {
    /// Returns the e-mail that a message is. `settings`: the pool's, or those of the message's own sender.
    ///
    /// # Errors
    /// [`Fault::Undeliverable`] if the recipient is no address.
    pub fn new(
        from: Mailbox,
        settings: &'a EmailConfigurationType,
        message: &'a Outgoing,
    ) -> Result<Self, Fault> {
        let to = address::address(&message.to)
            .ok_or_else(|| Fault::Undeliverable("the recipient is not an address".into()))?;
        let reply_to = settings.reply_to_email_address.as_deref();
        let reply_to = reply_to.filter(|text| !text.is_empty());
        let text = message.text.clone();
        Ok(Self {
            source: settings.source_arn.as_deref(),
            configuration_set: settings.configuration_set.as_deref(),
            from,
            reply_to: reply_to.and_then(address::mailbox),
            to,
            subject: one_line(message.subject.as_deref().unwrap_or_default())
                .chars()
                .take(LONGEST_SUBJECT)
                .collect(),
            html: &message.body,
            text: text.unwrap_or_else(|| text::plain(&message.body)),
            id: header_id(&message.id),
        })
    }

    /// Returns the envelope and the message as it is sent. `now`: microseconds since the epoch.
    ///
    /// # Errors
    /// [`Fault::Refused`] if the parts make no message.
    pub fn mime(&self, now: i64) -> Result<(Envelope, Vec<u8>), Fault> {
        let unmade = |error: lettre::error::Error| Fault::Refused(format!("no message: {error}"));
        let date = UNIX_EPOCH + Duration::from_micros(u64::try_from(now).unwrap_or_default());
        let id = format!("<{}@{}>", self.id, self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, self.to.clone()))
            .subject(self.subject.clone())
            .date(date)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into()));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let parts = MultiPart::alternative_plain_html(self.text.clone(), self.html.to_owned());
        let message = builder.multipart(parts).map_err(unmade)?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

/// Returns an id as it may stand in a header. Ids of messages are of such characters alone.
pub fn header_id(id: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    id.chars().filter(plain).take(128).collect()
}
