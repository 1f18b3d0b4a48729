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

/// What `dev` stands in for, and where.
#[derive(Debug)]
pub(super) struct Named {
    /// The region.
    pub(super) region: String,
    /// The address for its clients.
    pub(super) listen: SocketAddr,
    /// Custom domains, in lower case.
    pub(super) domains: Vec<String>,
}

/// Reads what `dev` stands in for.
pub(super) fn impersonated(config: &Config) -> anyhow::Result<Option<Named>> {
    let Some(region) = config.one("impersonate") else {
        for name in ["impersonate_listen", "impersonate_domain"] {
            if config.one(name).is_some() {
                bail!("{name} is of use with impersonate alone");
            }
        }
        return Ok(None);
    };
    let refused = |name, why: &str| ConfigError::invalid(name, why);
    if !is_region(region) {
        bail!(refused("impersonate", "must have the form of us-east-1"));
    }
    if region.starts_with("cn-") {
        bail!(refused(
            "impersonate",
            "the hosts of regions in China end otherwise, and are not stood in for"
        ));
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
    Ok(Some(Named {
        region: region.to_owned(),
        listen: address,
        domains: named_domains(config)?,
    }))
}

/// Reads the custom domains that the operator names: nobody else may decide what an authority certifies. Never one of
/// Amazon's, which would be more than the region's Cognito.
fn named_domains(config: &Config) -> anyhow::Result<Vec<String>> {
    let mut domains = Vec::new();
    for text in config.many("impersonate_domain") {
        let is_host = impersonation::is_host(text) && text.split('.').count() >= 3;
        if !is_host || impersonation::is_amazons(text) {
            let why = "must be a custom domain in lower case, such as login.shop.example, and none of Amazon's";
            bail!(ConfigError::invalid("impersonate_domain", why));
        }
        if !domains.contains(text) {
            domains.push(text.clone());
        }
    }
    Ok(domains)
}

/// Returns the hosts of the region at which the API answers.
pub(super) fn hosts_of(impersonated: Option<&Named>) -> Vec<Host> {
    let names = impersonated.map(|named| impersonation::api_hosts(&named.region));
    let names = names.into_iter().flatten();
    names.filter_map(|name| Host::parse(&name)).collect()
}

/// Returns how `dev` stands in for them, with what it keeps in the data folder.
pub(super) fn impersonation(
    impersonated: Option<Named>,
    database: &Database,
) -> anyhow::Result<Option<Impersonation>> {
    let Some(named) = impersonated else {
        return Ok(None);
    };
    let folder = database.folder.as_ref();
    let folder = folder
        .context("impersonate keeps its authority in the data folder: leave out database_url")?;
    folder.prepare()?;
    let (listen, path) = (named.listen, folder.path());
    Ok(Some(Impersonation::new(
        named.region,
        listen,
        named.domains,
        path,
    )))
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
            "impersonate_domain",
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

    fn read(settings: &[(&'static str, &str)]) -> anyhow::Result<Option<Named>> {
        let flags = settings.iter();
        let flags = flags.map(|(name, value)| (*name, vec![(*value).to_owned()]));
        impersonated(&Config::load(flags.collect(), None, &[]).unwrap())
    }

    #[test]
    fn a_region_is_stood_in_for_at_an_address_of_this_machine() {
        assert!(read(&[]).unwrap().is_none());
        let named = read(&[("impersonate", "eu-west-1")]).unwrap().unwrap();
        assert_eq!(
            (named.region.as_str(), named.listen.to_string().as_str()),
            ("eu-west-1", "127.0.92.29:443")
        );
        assert!(named.domains.is_empty());
        let both = [
            ("impersonate", "eu-west-1"),
            ("region", "eu-west-1"),
            ("issuer", "aws"),
            ("impersonate_listen", "[::1]:8443"),
        ];
        let named = read(&both).unwrap().unwrap();
        assert_eq!(named.listen.to_string(), "[::1]:8443");
        let domain = [
            ("impersonate", "eu-west-1"),
            ("impersonate_domain", "login.shop.example"),
        ];
        let named = read(&domain).unwrap().unwrap();
        assert_eq!(named.domains, ["login.shop.example"]);
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
            (&[("impersonate", "cn-north-1")], "China"),
            (
                &[("impersonate_domain", "login.shop.example")],
                "impersonate_domain is of use with impersonate alone",
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

    #[test]
    fn no_host_of_amazons_becomes_a_custom_domain() {
        for domain in [
            "us-east-1.amazonaws.com",
            "cognito-idp.eu-west-1.amazonaws.com",
            "a.b.amazonaws.com.cn",
            "auth.eu-west-1.amazoncognito.com",
            "amazonaws.com",
            "amazoncognito.com",
            "cognito-idp.us-east-1.api.aws",
            "console.aws.amazon.com",
            "d111111abcdef8.x.cloudfront.net",
            "x.lambda-url.us-east-1.on.aws",
            "d-1.awsapps.com",
            "Login.Shop.Example",
            "login.shop.example.",
            "login.shop.example:443",
            "login.shop.example\n127.0.0.1 x",
            "*.shop.example",
            "shop.example",
            "com",
            "a.b.localhost",
            "127.0.0.1",
        ] {
            let settings = [("impersonate", "eu-west-1"), ("impersonate_domain", domain)];
            let error = read(&settings).unwrap_err().to_string();
            assert!(
                error.contains("must be a custom domain"),
                "{domain}: {error}"
            );
        }
    }
}
