//! The settings of `cognate dev` alone.

use std::path::Path;

use anyhow::{Context as _, bail};
use cognate_domain::clock::Clock;
use cognate_domain::{Mode, Settings};

use crate::http::authority;
use crate::http::tls::TlsFiles;
use crate::seed::start::{self, SeedFile};
use crate::settings::Database;
use crate::settings::config::Config;

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
