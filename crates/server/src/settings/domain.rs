//! The settings of the domain: of a server, and of commands on a database that no server has open.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use cognate_domain::{IssuerDefault, Mode, Settings};
use cognate_moving::breached::list::List;

use super::urls::{domain_base, url};
use super::{dev, message_limits, recovery};
use crate::aws::sigv4::is_region;
use crate::settings::config::{Config, ConfigError};

/// Reads the settings for a mode.
///
/// # Errors
/// A value of another form, and a list of passwords that cannot be opened.
pub fn read(mode: Mode, config: &Config) -> anyhow::Result<Settings> {
    let impersonated = dev::impersonated(config)?;
    let (impersonates, impersonated_domains) = impersonated
        .map(|named| (named.region, named.domains))
        .unzip();
    let region = impersonates.as_deref().or(config.one("region"));
    let region = region.unwrap_or("us-east-1").to_owned();
    if !is_region(&region) {
        bail!(ConfigError::invalid(
            "region",
            "must have the form of us-east-1"
        ));
    }
    let account = config.one("account").unwrap_or("000000000000").to_owned();
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        bail!(ConfigError::invalid("account", "must be 12 digits"));
    }
    let public_url = config.one("public_url").map(url).transpose()?;
    let issuer = match config.word("issuer", &["gateway", "aws"])? {
        "aws" => IssuerDefault::Aws,
        _ if impersonates.is_some() => IssuerDefault::Aws,
        _ => IssuerDefault::Gateway,
    };
    Ok(Settings {
        mode,
        account,
        region,
        public_url: public_url.map(|url| url.text),
        domain_base: config.one("domain_base").map(domain_base).transpose()?,
        impersonates,
        impersonated_domains: impersonated_domains.unwrap_or_default(),
        issuer,
        enforce_tiers: config.switch("enforce_tiers")?,
        private_outbound: config.switch("private_outbound")?,
        unresolved_domains: mode == Mode::Dev || config.switch("unresolved_domains")?,
        strict_branding: config.switch("strict_branding")?,
        audit_reads: config.switch("audit_reads")?,
        audit_retention: retention(config)?,
        message_limits: message_limits::read(config)?,
        recovery: recovery::read(config)?,
        breached_passwords: breached_passwords(config)?,
        cache_bytes: config.number("cache_mib", 16, 1..=65_536)? << 20,
        ..Settings::dev()
    })
}

/// A file that is no list would let every password pass.
fn breached_passwords(config: &Config) -> anyhow::Result<Option<PathBuf>> {
    let path = config.one("breached_passwords").map(PathBuf::from);
    if let Some(path) = &path {
        let opened = List::open(path);
        opened.with_context(|| format!("cannot use breached_passwords, {}", path.display()))?;
    }
    Ok(path)
}

/// Reads the time for which the audit trail is kept, in microseconds; None for ever.
fn retention(config: &Config) -> anyhow::Result<Option<i64>> {
    const DAY: i64 = 86_400 * 1_000_000;
    let days = i64::try_from(config.number("audit_retention_days", 90, 0..=36_500)?)?;
    Ok((days > 0).then_some(days * DAY))
}
