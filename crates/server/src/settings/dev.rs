//! The settings of `cognate dev` alone.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, bail};
use cognate_domain::clock::Clock;
use cognate_domain::{Mode, Settings};

use crate::aws::sigv4::is_region;
use crate::http::authority;
use crate::http::host::Host;
use crate::http::tls::TlsFiles;
use crate::impersonation::{self, Impersonation};
use crate::seed::start::{self, SeedFile};
use crate::settings::Database;
use crate::settings::config::{Config, ConfigError};

/// Reads the seed that is named, or lies in the working folder.
pub(super) fn seed(
    mode: Mode,
    domain: &Settings,
    config: &Config,
) -> anyhow::Result<Option<SeedFile>> {
    let (region, account) = (&domain.region, &domain.account);
    match (mode, config.one("seed")) {
        (Mode::Serve, _) => Ok(None),
        (Mode::Dev, Some(path)) => start::read(Path::new(path), region, account).map(Some),
        (Mode::Dev, None) => start::found(Path::new("."), config.path.as_deref(), region, account),
    }
}

/// Returns the files of the certificates: those that are named, or with `tls` those of an authority in the data folder.
pub(super) fn tls(
    named: Option<TlsFiles>,
    database: &Database,
    config: &Config,
) -> anyhow::Result<Option<TlsFiles>> {
    if config.one("tls").is_none() {
        return Ok(named);
    }
    config.word("tls", &["self-signed"])?;
    if named.is_some() {
        bail!("tls makes a certificate: leave out tls_cert and tls_key");
    }
    let folder = database.folder.as_ref();
    let folder =
        folder.context("tls keeps its authority in the data folder: leave out database_url")?;
    folder.prepare()?;
    let now = Clock::default().wall().div_euclid(1_000_000);
    let main = authority::pair(folder.path(), now)?;
    tracing::info!(
        authority = %authority::path(folder.path()).display(),
        "clients that trust this authority trust this server"
    );
    Ok(Some(TlsFiles {
        main,
        domains: None,
    }))
}

/// Reads the region whose hosts `dev` stands in for, and where it listens for their clients.
pub(super) fn impersonated(config: &Config) -> anyhow::Result<Option<(String, SocketAddr)>> {
    let Some(region) = config.one("impersonate") else {
        if config.one("impersonate_listen").is_some() {
            bail!("impersonate_listen is of use with impersonate alone");
        }
        return Ok(None);
    };
    let refused = |name, why: &str| ConfigError::invalid(name, why);
    if !is_region(region) {
        bail!(refused("impersonate", "must have the form of us-east-1"));
    }
    if config.one("region").is_some_and(|other| other != region) {
        bail!("impersonate is the region, too: leave out region");
    }
    for name in ["issuer", "public_url", "domain_base"] {
        let other = config.one(name).filter(|text| *text != "aws");
        if other.is_some() {
            bail!("with impersonate, URLs and issuers are Amazon's: leave out {name}");
        }
    }
    let text = config.one("impersonate_listen");
    let text = text.unwrap_or(impersonation::LISTEN);
    let address: SocketAddr = text.parse().map_err(|_| {
        let form = impersonation::LISTEN;
        refused(
            "impersonate_listen",
            &format!("must have the form of {form}"),
        )
    })?;
    if !address.ip().is_loopback() && !config.switch("expose_dev")? {
        bail!(
            "dev listens on {address}, where other machines reach it, only with --expose-dev: its administrator is \
             anybody who can connect"
        );
    }
    Ok(Some((region.to_owned(), address)))
}

/// Returns the hosts of the region at which the API answers.
pub(super) fn hosts_of(impersonated: Option<&(String, SocketAddr)>) -> Vec<Host> {
    let names = impersonated.map(|(region, _)| impersonation::api_hosts(region));
    let names = names.into_iter().flatten();
    names.filter_map(|name| Host::parse(&name)).collect()
}

/// Returns how `dev` stands in for them, with what it keeps in the data folder.
pub(super) fn impersonation(
    impersonated: Option<(String, SocketAddr)>,
    database: &Database,
) -> anyhow::Result<Option<Impersonation>> {
    let Some((region, listen)) = impersonated else {
        return Ok(None);
    };
    let folder = database.folder.as_ref();
    let folder = folder
        .context("impersonate keeps its authority in the data folder: leave out database_url")?;
    folder.prepare()?;
    Ok(Some(Impersonation::new(region, listen, folder.path())))
}

/// Refuses what is for the other mode alone.
pub(super) fn refuse_foreign_settings(mode: Mode, config: &Config) -> anyhow::Result<()> {
    let foreign: &[&str] = match mode {
        Mode::Dev => &["behind_proxy"],
        Mode::Serve => &[
            "host",
            "cors_origin",
            "expose_dev",
            "ephemeral",
            "seed",
            "tls",
            "impersonate",
            "impersonate_listen",
            "until_stdin_ends",
        ],
    };
    let other = if mode == Mode::Dev { "serve" } else { "dev" };
    for name in foreign {
        if config.one(name).is_some_and(|v| v != "false" && v != "0") {
            bail!("{name} is for {other} only");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&'static str, &str)]) -> anyhow::Result<Option<(String, SocketAddr)>> {
        let flags = settings.iter();
        let flags = flags.map(|(name, value)| (*name, vec![(*value).to_owned()]));
        impersonated(&Config::load(flags.collect(), None, &[]).unwrap())
    }

    #[test]
    fn a_region_is_stood_in_for_at_an_address_of_this_machine() {
        assert_eq!(read(&[]).unwrap(), None);
        let (region, address) = read(&[("impersonate", "eu-west-1")]).unwrap().unwrap();
        assert_eq!(
            (region.as_str(), address.to_string().as_str()),
            ("eu-west-1", "127.0.92.29:443")
        );
        let both = [
            ("impersonate", "eu-west-1"),
            ("region", "eu-west-1"),
            ("issuer", "aws"),
            ("impersonate_listen", "[::1]:8443"),
        ];
        let (_, address) = read(&both).unwrap().unwrap();
        assert_eq!(address.to_string(), "[::1]:8443");
        let everywhere = [
            ("impersonate", "eu-west-1"),
            ("impersonate_listen", "0.0.0.0:443"),
            ("expose_dev", "true"),
        ];
        assert!(read(&everywhere).unwrap().is_some());
    }

    #[test]
    fn what_would_not_be_obeyed_is_refused() {
        for (settings, why) in [
            (
                &[("impersonate", "europe")][..],
                "must have the form of us-east-1",
            ),
            (
                &[("impersonate_listen", "127.0.0.1:443")],
                "impersonate_listen is of use with impersonate alone",
            ),
            (
                &[("impersonate", "eu-west-1"), ("region", "us-east-1")],
                "leave out region",
            ),
            (
                &[("impersonate", "eu-west-1"), ("issuer", "gateway")],
                "leave out issuer",
            ),
            (
                &[
                    ("impersonate", "eu-west-1"),
                    ("public_url", "https://id.example"),
                ],
                "leave out public_url",
            ),
            (
                &[("impersonate", "eu-west-1"), ("domain_base", "id.example")],
                "leave out domain_base",
            ),
            (
                &[("impersonate", "eu-west-1"), ("impersonate_listen", "443")],
                "must have the form of 127.0.92.29:443",
            ),
            (
                &[
                    ("impersonate", "eu-west-1"),
                    ("impersonate_listen", "0.0.0.0:443"),
                ],
                "only with --expose-dev",
            ),
        ] {
            let error = read(settings).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
