//! The setting `recovery`: how far back pools can go, and how often.

use anyhow::bail;
use cognate_domain::app::recovery_limits::RecoveryLimits;

use crate::settings::config::{Config, ConfigError};

/// Microseconds in a day.
const DAY: i64 = 86_400 * 1_000_000;

/// Reads the bounds of point-in-time recovery; those that are not named keep their defaults.
pub(super) fn read(config: &Config) -> anyhow::Result<RecoveryLimits> {
    let mut limits = RecoveryLimits::default();
    for text in config.many("recovery") {
        let refused = || {
            let why = format!(
                "`{text}` must have the form of plus_days=14 or previews_per_day=off: essentials_days and plus_days with 1 to 365, previews_per_day, previews_per_month and restores_per_day with 1 to 1000 or off"
            );
            ConfigError::invalid("recovery", why)
        };
        let (name, value) = text.split_once('=').ok_or_else(refused)?;
        let (name, value) = (name.trim(), value.trim());
        let number = |most: i64| {
            let number = value.parse::<i64>().ok();
            number
                .filter(|n| (1..=most).contains(n))
                .ok_or_else(refused)
        };
        let count = || match value {
            "off" => Ok(None),
            _ => number(1_000).map(Some),
        };
        match name {
            "essentials_days" => limits.essentials = number(365)? * DAY,
            "plus_days" => limits.plus = number(365)? * DAY,
            "previews_per_day" => limits.previews_per_day = count()?,
            "previews_per_month" => limits.previews_per_month = count()?,
            "restores_per_day" => limits.restores_per_day = count()?,
            _ => bail!(refused()),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(texts: &[&str]) -> anyhow::Result<RecoveryLimits> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        read(&Config::load(vec![("recovery", texts)], None, &[])?)
    }

    #[test]
    fn bounds_are_set_one_by_one() {
        assert_eq!(limits(&[]).unwrap(), RecoveryLimits::default());
        let expected = RecoveryLimits {
            plus: 30 * DAY,
            previews_per_day: None,
            restores_per_day: Some(4),
            ..RecoveryLimits::default()
        };
        let given = [
            "plus_days=30",
            "previews_per_day = off",
            "restores_per_day=4",
        ];
        assert_eq!(limits(&given).unwrap(), expected);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "plus_days",
            "plus_days=0",
            "plus_days=366",
            "plus_days=off",
            "previews_per_day=0",
            "restores_per_day=-1",
            "days=3",
            "=3",
        ] {
            assert!(limits(&[text]).is_err(), "{text}");
        }
    }
}
