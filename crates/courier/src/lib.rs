//! Delivers messages that were worded and committed: SMTP, SES- and SNS-compatible services, a webhook.
//!
//! [`Post`] implements the domain's `Courier`. It tries the senders of a medium in the order of the settings, each once and
//! in bounded time; see [`Fault`] for which failures lead to the next one.
//!
//! Everything that a sender is told comes from a pool's settings, a user's attributes or a template, so that it is
//! hostile until it was parsed: addresses are read by [`address`], headers are encoded by the mail library, and no value
//! is put into a command, a header or a URL as it is.

pub mod address;
mod aws;
mod fault;
mod mail;
mod post;
mod ses;
mod settings;
mod sms_voice;
mod smtp;
mod sns;
mod text;
mod webhook;

pub use fault::Fault;
pub use post::Post;
pub use text::plain;

pub use settings::{
    AwsKey, EmailSender, Settings, SettingsError, SmsSender, Webhook as WebhookSettings,
};
