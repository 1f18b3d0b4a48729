//! The settings of backups as the work takes them.

use anyhow::{Context as _, bail};
use cognate_crypto::age::Recipient;
use cognate_crypto::secret::Secret;

use crate::database::backup::run::Settings;
use crate::database::backup::s3;
use crate::database::backup::target::Target;
use crate::settings::config::{Config, ConfigError};

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// Reads the settings of backups.
///
/// # Errors
/// For values of the wrong form, and for a schedule without a place or a recipient.
pub fn read(config: &Config) -> anyhow::Result<Settings> {
    let recipients = config.many("backup_recipients").iter();
    let recipients: Result<Vec<_>, _> = recipients.map(|text| recipient(text)).collect();
    let hours = i64::try_from(config.number("backup_hours", 0, 0..=8_760)?)?;
    let settings = Settings {
        target: config.one("backup_target").map(str::to_owned),
        recipients: recipients?,
        every: (hours > 0).then_some(hours * HOUR),
        keep: usize::try_from(config.number("backup_keep", 7, 1..=10_000)?)?,
        s3: bucket(config)?,
    };
    if let Some(target) = &settings.target {
        Target::parse(target, &settings.s3).context("backup_target")?;
    }
    if settings.every.is_some() && (settings.target.is_none() || settings.recipients.is_empty()) {
        bail!("backup_hours needs backup_target and backup_recipients");
    }
    Ok(settings)
}

/// Reads `age1…`.
///
/// # Errors
/// For another text.
pub fn recipient(text: &str) -> Result<Recipient, ConfigError> {
    let why = || ConfigError::invalid("backup_recipients", format!("`{text}` is no age1…"));
    Recipient::parse(text.trim()).map_err(|_| why())
}

fn bucket(config: &Config) -> anyhow::Result<s3::Settings> {
    let secret = |name| config.one(name).map(|text| Secret::new(text.to_owned()));
    let own = config.one("backup_s3_access_key_id");
    let (id, words) = match own {
        Some(_) => (
            own,
            ["backup_s3_secret_access_key", "backup_s3_session_token"],
        ),
        None => (
            config.one("aws_access_key_id"),
            ["aws_secret_access_key", "aws_session_token"],
        ),
    };
    let [word, token] = words;
    let key = match (id, secret(word)) {
        (Some(id), Some(secret_key)) => Some((id.to_owned(), secret_key, secret(token))),
        (None, None) => None,
        _ => bail!("the id of the key for backups and {word} belong together"),
    };
    Ok(s3::Settings {
        endpoint: config.one("backup_s3_endpoint").map(str::to_owned),
        region: config
            .one("backup_s3_region")
            .unwrap_or_default()
            .to_owned(),
        key,
    })
}
