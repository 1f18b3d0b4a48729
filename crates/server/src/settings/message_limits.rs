//! The setting `message_limits`: how many messages may be sent in an hour.

use anyhow::bail;
use cognate_domain::app::message_limits::MessageLimits;

use crate::settings::config::{Config, ConfigError};

/// Reads the budgets of messages; those that are not named keep their defaults.
pub(super) fn read(config: &Config) -> anyhow::Result<MessageLimits> {
    let mut limits = MessageLimits::default();
    for text in config.many("message_limits") {
        let refused = || {
            let why = format!(
                "`{text}` must have the form of destination=600 or user=off: destination, user, country or pool, and 1 to 1000000000 or off"
            );
            ConfigError::invalid("message_limits", why)
        };
        let (name, value) = text.split_once('=').ok_or_else(refused)?;
        let most = match value.trim() {
            "off" => None,
            number => {
                let number = number.parse::<i64>().ok();
                Some(
                    number
                        .filter(|n| (1..=1_000_000_000).contains(n))
                        .ok_or_else(refused)?,
                )
            }
        };
        let limit = match name.trim() {
            "destination" => &mut limits.destination,
            "user" => &mut limits.user,
            "country" => &mut limits.country,
            "pool" => &mut limits.pool,
            _ => bail!(refused()),
        };
        *limit = most;
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(texts: &[&str]) -> anyhow::Result<MessageLimits> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        read(&Config::load(vec![("message_limits", texts)], None, &[])?)
    }

    #[test]
    fn limits_are_set_one_by_one() {
        assert_eq!(limits(&[]).unwrap(), MessageLimits::default());
        let expected = MessageLimits {
            user: None,
            country: Some(50),
            ..MessageLimits::default()
        };
        assert_eq!(limits(&["user=off", "country = 50"]).unwrap(), expected);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "user",
            "user=0",
            "user=-1",
            "users=5",
            "pool=1000000001",
            "=5",
            "user=5x",
        ] {
            assert!(limits(&[text]).is_err(), "{text}");
        }
    }
}
