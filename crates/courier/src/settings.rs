//! The settings of the senders, checked when a server starts.

use std::path::PathBuf;
use std::time::Duration;

use cognate_crypto::secret::SecretString;

/// A sender of e-mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailSender {
    /// A mail server.
    Smtp,
    /// A service that speaks SES v2.
    Ses,
    /// A webhook.
    Webhook,
}

/// A sender of text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsSender {
    /// A service that speaks SNS: for pools with SnsCallerArn.
    Sns,
    /// A service that speaks End User Messaging: for pools with EumsSms.
    SmsVoice,
    /// A webhook.
    Webhook,
}

/// A key for services that speak the AWS protocols.
pub struct AwsKey {
    /// Its id.
    pub id: String,
    /// The secret.
    pub secret: SecretString,
    /// The token of temporary keys.
    pub token: Option<SecretString>,
}

/// Where the webhook is, and what its requests are signed with.
pub struct Webhook {
    /// An http or https URL.
    pub url: SecretString,
    /// The key of the HMAC.
    pub secret: SecretString,
}

/// The settings of all senders. Without `Debug`, since they hold secrets.
pub struct Settings {
    /// The senders of e-mails, the first to be tried first.
    pub email_senders: Vec<EmailSender>,
    /// The senders of text messages, the first to be tried first.
    pub sms_senders: Vec<SmsSender>,
    /// The From of pools that have none.
    pub email_from: Option<String>,
    /// The longest time of one try of one sender.
    pub timeout: Duration,
    /// The mail server.
    pub smtp_url: Option<SecretString>,
    /// A PEM file with the certificates that the mail server is trusted by, in place of the system's.
    pub smtp_ca: Option<PathBuf>,
    /// The name by which the mail server is greeted.
    pub smtp_hello: String,
    /// The key for SES, SNS and End User Messaging.
    pub aws_key: Option<AwsKey>,
    /// The URL of SES; None for Amazon's of the region.
    pub ses_endpoint: Option<String>,
    /// The URL of SNS; None for Amazon's of the region.
    pub sns_endpoint: Option<String>,
    /// The URL of End User Messaging; None for Amazon's of the region.
    pub sms_voice_endpoint: Option<String>,
    /// The webhook.
    pub webhook: Option<Webhook>,
    /// The server's account: ARNs of others are mentioned in the log.
    pub account: String,
}

/// A setting that cannot be used. The text repeats no value.
#[derive(Debug, thiserror::Error)]
#[error("setting `{name}`: {why}")]
pub struct SettingsError {
    /// The name of the setting.
    pub name: &'static str,
    /// The reason.
    pub why: String,
}

impl SettingsError {
    /// Returns the error for a setting.
    pub(crate) fn of(name: &'static str, why: impl Into<String>) -> Self {
        Self {
            name,
            why: why.into(),
        }
    }
}
