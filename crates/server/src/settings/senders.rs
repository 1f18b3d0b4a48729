//! The settings of the senders of messages as the courier takes them.

use std::time::Duration;

use anyhow::bail;
use cognate_courier::{AwsKey, EmailSender, Settings, SmsSender, WebhookSettings};
use cognate_crypto::secret::{Secret, SecretString};

use crate::settings::config::{Config, ConfigError};

const EMAIL: [(&str, EmailSender); 3] = [
    ("smtp", EmailSender::Smtp),
    ("ses", EmailSender::Ses),
    ("webhook", EmailSender::Webhook),
];
const SMS: [(&str, SmsSender); 3] = [
    ("sns", SmsSender::Sns),
    ("sms-voice", SmsSender::SmsVoice),
    ("webhook", SmsSender::Webhook),
];

/// Reads the settings of the senders. `hello`: the name of this server for mail servers, if it has one.
///
/// # Errors
/// For values of the wrong form. What belongs together is checked by the courier.
pub fn read(config: &Config, account: &str, hello: Option<&str>) -> anyhow::Result<Settings> {
    let text = |name| config.one(name).map(str::to_owned);
    let secret = |name| config.one(name).map(|text| Secret::new(text.to_owned()));
    let email_from = text("email_from");
    let domain = email_from.as_deref().and_then(|from| {
        let domain = from.trim_end_matches('>').rsplit_once('@')?.1;
        domain.is_ascii().then_some(domain)
    });
    Ok(Settings {
        email_senders: list(config, "email_senders", &EMAIL)?,
        sms_senders: list(config, "sms_senders", &SMS)?,
        timeout: Duration::from_secs(config.number("sender_seconds", 5, 1..=60)?),
        smtp_url: secret("smtp_url"),
        smtp_ca: config.one("smtp_ca").map(Into::into),
        smtp_hello: hello.or(domain).unwrap_or("localhost").to_owned(),
        aws_key: aws_key(
            secret("aws_access_key_id"),
            secret("aws_secret_access_key"),
            secret("aws_session_token"),
        )?,
        ses_endpoint: text("ses_endpoint"),
        sns_endpoint: text("sns_endpoint"),
        sms_voice_endpoint: text("sms_voice_endpoint"),
        webhook: match (
            secret("message_webhook_url"),
            secret("message_webhook_secret"),
        ) {
            (Some(url), Some(secret)) => Some(WebhookSettings { url, secret }),
            (None, None) => None,
            _ => bail!("set both message_webhook_url and message_webhook_secret, or neither"),
        },
        account: account.to_owned(),
        email_from,
    })
}

fn aws_key(
    id: Option<SecretString>,
    secret: Option<SecretString>,
    token: Option<SecretString>,
) -> anyhow::Result<Option<AwsKey>> {
    match (id, secret, token) {
        (Some(id), Some(secret), token) => Ok(Some(AwsKey {
            id: id.expose().clone(),
            secret,
            token,
        })),
        (None, None, None) => Ok(None),
        (None, None, Some(_)) => bail!("aws_session_token belongs to an aws_access_key_id"),
        _ => bail!("set both aws_access_key_id and aws_secret_access_key, or neither"),
    }
}

/// Parses a list of senders.
fn list<T: Copy>(
    config: &Config,
    name: &'static str,
    known: &[(&'static str, T)],
) -> anyhow::Result<Vec<T>> {
    let words = config.many(name);
    let mut senders = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some((_, sender)) = known.iter().find(|(known, _)| known == word) else {
            let known: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let why = format!("`{word}` must be one of {}", known.join(", "));
            bail!(ConfigError::invalid(name, why));
        };
        if words.iter().take(at).any(|earlier| earlier == word) {
            bail!(ConfigError::invalid(name, format!("names {word} twice")));
        }
        senders.push(*sender);
    }
    Ok(senders)
}
