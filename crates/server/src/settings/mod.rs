//! The merged settings as types, with the rules that tie them together checked before anything is opened.

pub(crate) mod backups;
mod code_keys;
pub mod config;
pub mod data_dir;
mod dev;
pub(crate) mod domain;
mod functions;
mod logs;
mod message_limits;
mod recovery;
pub(crate) mod secrets_manager;
mod senders;
mod urls;

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use cognate_access::rates::{Limits, RateSettings};
use cognate_crypto::secret::{Secret, SecretString};
use cognate_domain::{IssuerDefault, Mode, Settings};
use cognate_functions::TriggerFunctions;
use cognate_functions::code_cipher::ConfiguredKeys;
use cognate_logs::Targets;
use cognate_store::{MigrateMode, StoreOptions};

use crate::http::certificates::Pair;
use crate::http::forwarded::Proxies;
use crate::http::origin::OriginRules;
use crate::http::tls::TlsFiles;
use crate::impersonation::Impersonation;
use crate::places::PlaceFiles;
use crate::seed::start::SeedFile;
use crate::settings::config::{Config, ConfigError};
use crate::settings::data_dir::DataDir;
use crate::settings::urls::{hosts, url};

/// The settings of the operator's key for services that speak the AWS protocols.
const OPERATOR_KEY: [&str; 3] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];

/// The address on which a server listens by default.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:9229";

/// The source of the sealing key.
pub enum KeySource {
    /// A text.
    Text(SecretString),
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// True if a missing file may be created for a new database.
        may_create: bool,
    },
}

/// A database and its sealing key.
pub struct Database {
    /// The options of the store.
    pub store: StoreOptions,
    /// The folder of the embedded database; None with PostgreSQL.
    pub folder: Option<DataDir>,
    /// The source of the sealing key.
    pub key: KeySource,
}

/// Everything that a server needs to start.
pub struct ServerConfig {
    /// Addresses to listen on.
    pub listen: Vec<SocketAddr>,
    /// The address of the listener of the metrics; None without one.
    pub metrics_listen: Option<SocketAddr>,
    /// The files of certificates.
    pub tls: Option<TlsFiles>,
    /// The hosts of Amazon's for which `dev` stands in.
    pub impersonation: Option<Impersonation>,
    /// The database.
    pub database: Database,
    /// The settings of the domain.
    pub domain: Settings,
    /// Hosts, origins and proxies.
    pub origins: OriginRules,
    /// The functions of triggers.
    pub functions: TriggerFunctions,
    /// The targets of log delivery.
    pub log_targets: Targets,
    /// The store of published client secrets.
    pub secret_store: Option<crate::aws::secret_store::SecretsManager>,
    /// A root key that is not in the database.
    pub root: Option<(String, SecretString)>,
    /// The limits of requests a second.
    pub rates: RateSettings,
    /// The most open connections.
    pub connections: u32,
    /// The most open connections from one client address.
    pub client_connections: u32,
    /// The senders of messages.
    pub senders: cognate_courier::Settings,
    /// True if a proxy is in front of this server.
    pub behind_proxy: bool,
    /// The time for which a stop waits.
    pub shutdown: Duration,
    /// The keys of codes for custom senders.
    pub code_keys: Option<ConfiguredKeys>,
    /// The files about addresses.
    pub places: PlaceFiles,
    /// The settings of backups.
    pub backups: crate::database::backup::run::Settings,
    /// What the pools have from the start.
    pub seed: Option<SeedFile>,
}

impl ServerConfig {
    /// Checks the settings for a mode and prepares the folder.
    pub fn new(mode: Mode, config: &Config) -> anyhow::Result<Self> {
        dev::refuse_foreign_settings(mode, config)?;
        let listen = addresses(config)?;
        let tls = tls_files(config)?;
        let public_url = config.one("public_url").map(url).transpose()?;
        let beyond = listen.iter().find(|address| !address.ip().is_loopback());
        match (mode, beyond) {
            (Mode::Dev, Some(address)) if !config.switch("expose_dev")? => bail!(
                "dev listens on {address}, where other machines reach it, only with --expose-dev: \
                 its administrator is anybody who can connect"
            ),
            (Mode::Serve, Some(address)) if tls.is_none() && !config.switch("behind_proxy")? => {
                bail!(
                    "serve listens on {address} without TLS: give --tls-cert and --tls-key, \
                 or --behind-proxy when a proxy ends TLS in front of it"
                )
            }
            _ => {}
        }
        let impersonated = dev::impersonated(config)?;
        let domain = domain::read(mode, config)?;
        let gateway = domain.issuer == IssuerDefault::Gateway;
        if mode == Mode::Serve && gateway && public_url.is_none() {
            bail!("serve needs --public-url, the URL that stands in issuers (or --issuer aws)");
        }
        let origins = OriginRules {
            dev: mode == Mode::Dev,
            hosts: [hosts(config, "hosts")?, hosts(config, "host")?].concat(),
            impersonated: dev::hosts_of(impersonated.as_ref()),
            ports: Vec::new(),
            cors_origins: config.many("cors_origin").to_vec(),
            proxies: Proxies::new(networks(config)?),
            public_url: public_url.clone(),
            prefix: String::new(),
        };
        let hello = public_url
            .as_ref()
            .map(|url| url.host.with_port(None).to_string());
        let hello = hello.as_deref().map(|host| host.trim_matches(['[', ']']));
        let senders = senders::read(config, &domain.account, hello)?;
        let behind_proxy = config.switch("behind_proxy")?;
        let code_keys = code_keys::code_keys(mode, &domain.region, config)?;
        let root = match (
            config.one("root_access_key_id"),
            config.one("root_secret_access_key"),
        ) {
            (Some(id), Some(secret))
                if mode == Mode::Dev || (id.len() >= 4 && secret.len() >= 16) =>
            {
                Some((id.to_owned(), Secret::new(secret.to_owned())))
            }
            (Some(_), Some(_)) => {
                bail!("the root key needs an id of 4 and a secret of 16 characters at least")
            }
            (None, None) => {
                (mode == Mode::Dev).then(|| ("test".to_owned(), Secret::new("test".to_owned())))
            }
            _ => bail!("set both root_access_key_id and root_secret_access_key, or neither"),
        };
        let database = Database::new(Some(mode), config)?;
        let tls = dev::tls(tls, &database, config)?;
        let impersonation = dev::impersonation(impersonated, &database)?;
        let folder = database.folder.as_ref();
        let folder = folder.filter(|folder| !folder.is_temporary());
        let folder = folder.map(|folder| folder.path().to_owned());
        Ok(Self {
            secret_store: secrets_manager::read(mode, &domain.region, config)?,
            seed: dev::seed(mode, &domain, config)?,
            log_targets: logs::read(mode, &domain.region, folder, config)?,
            metrics_listen: metrics_listen(config, &listen)?,
            listen,
            tls,
            impersonation,
            database,
            domain,
            functions: functions::read(mode, config)?,
            origins,
            root,
            rates: rates(mode, config)?,
            connections: u32::try_from(config.number("max_connections", 4096, 1..=1_000_000)?)?,
            client_connections: u32::try_from(config.number(
                "client_connections",
                256,
                1..=1_000_000,
            )?)?,
            senders,
            behind_proxy,
            shutdown: Duration::from_secs(config.number("shutdown_seconds", 30, 0..=3600)?),
            code_keys,
            places: PlaceFiles {
                places: config.one("places").map(PathBuf::from),
                bad_networks: config.one("bad_networks").map(PathBuf::from),
            },
            backups: backups::read(config)?,
        })
    }
}

impl Database {
    /// Checks the settings of the database. `mode` is None for commands that work on either kind.
    pub fn new(mode: Option<Mode>, config: &Config) -> anyhow::Result<Self> {
        let migrate = match config.word("migrate", &["auto", "check"])? {
            "check" => MigrateMode::Check,
            _ => MigrateMode::Auto,
        };
        let given = config
            .one("sealing_key")
            .map(|text| KeySource::Text(Secret::new(text.trim().to_owned())));
        let file = config.one("key_file").map(PathBuf::from);
        if let Some(url) = config.one("database_url") {
            if config.is_said("data_dir") || config.switch("ephemeral")? {
                bail!(
                    "database_url keeps nothing on this machine: leave out data_dir and ephemeral"
                );
            }
            let key = given.or_else(|| {
                file.map(|path| KeySource::File {
                    path,
                    may_create: false,
                })
            });
            let key = key.context(
                "with database_url every node needs the sealing key: set sealing_key or key_file",
            )?;
            return Ok(Self {
                store: StoreOptions::postgres(url).migrate(migrate),
                folder: None,
                key,
            });
        }
        let folder = match (config.switch("ephemeral")?, config.one("data_dir")) {
            (true, Some(path)) if config.source("ephemeral") < config.source("data_dir") => {
                if config.is_said("data_dir") {
                    tracing::info!(
                        "data_dir, {path}, is not used: ephemeral is said by what is stronger"
                    );
                }
                DataDir::temporary()?
            }
            (true, Some(_)) => bail!("ephemeral makes its own folder: leave out data_dir"),
            (true, None) => DataDir::temporary()?,
            (false, Some(path)) => DataDir::at(Path::new(path)),
            (false, None) => match mode {
                Some(Mode::Dev) => DataDir::at(Path::new(DEV_FOLDER)),
                Some(Mode::Serve) => DataDir::at(Path::new(SERVE_FOLDER)),
                None => existing_folder()?,
            },
        };
        let key = match (given, file) {
            (Some(key), _) => key,
            (None, Some(path)) => KeySource::File {
                path,
                may_create: mode.is_some(),
            },
            (None, None) => KeySource::File {
                path: default_key_file(mode, &folder)?,
                may_create: mode.is_some(),
            },
        };
        let store =
            StoreOptions::sqlite(folder.path().join(data_dir::DATABASE_FILE)).migrate(migrate);
        Ok(Self {
            store,
            folder: Some(folder),
            key,
        })
    }
}

/// The folder of `dev` where none is named.
pub const DEV_FOLDER: &str = ".cognate";
const SERVE_FOLDER: &str = "cognate-data";

/// Returns the folder of a command that names none: the one that exists.
fn existing_folder() -> anyhow::Result<DataDir> {
    match (
        Path::new(SERVE_FOLDER).is_dir(),
        Path::new(DEV_FOLDER).is_dir(),
    ) {
        (true, false) => Ok(DataDir::at(Path::new(SERVE_FOLDER))),
        (false, true) => Ok(DataDir::at(Path::new(DEV_FOLDER))),
        (true, true) => {
            bail!("both ./{SERVE_FOLDER} and ./{DEV_FOLDER} are here: choose one with --data-dir")
        }
        (false, false) => bail!(
            "there is no database here: name its folder with --data-dir, or use --database-url"
        ),
    }
}

/// `dev` keeps everything in one folder; `serve` keeps the key apart from what it opens, so that a copy of the
/// folder alone reveals nothing (design decision 4).
fn default_key_file(mode: Option<Mode>, folder: &DataDir) -> anyhow::Result<PathBuf> {
    let inside = folder.path().join("sealing.key");
    if mode == Some(Mode::Dev) || folder.is_temporary() || (mode.is_none() && inside.exists()) {
        return Ok(inside);
    }
    let dir = config::user_config_dir()
        .context("there is no home folder for the sealing key: set key_file")?;
    Ok(dir.join("sealing.key"))
}

/// Reads the limits of requests; by default, `serve` counts client addresses and `dev` nothing.
fn rates(mode: Mode, config: &Config) -> anyhow::Result<RateSettings> {
    let words = match mode {
        Mode::Dev => ["off", "default", "aws"],
        Mode::Serve => ["default", "off", "aws"],
    };
    let limits = match config.word("limits", &words)? {
        "off" => Limits::Off,
        "aws" => Limits::Aws,
        _ => Limits::Default,
    };
    let per_address = u32::try_from(config.number("client_rate", 200, 1..=1_000_000)?)?;
    Ok(RateSettings {
        limits,
        per_address,
    })
}

/// Reads the address of the metrics, which is none of those that clients reach.
fn metrics_listen(config: &Config, listen: &[SocketAddr]) -> anyhow::Result<Option<SocketAddr>> {
    let Some(text) = config.one("metrics_listen") else {
        return Ok(None);
    };
    let refused = |why: String| ConfigError::invalid("metrics_listen", why);
    let address: SocketAddr = text
        .parse()
        .map_err(|_| refused(format!("`{text}` must have the form of 127.0.0.1:9230")))?;
    if address.port() != 0 && listen.iter().any(|other| other.port() == address.port()) {
        bail!(refused("must have a port of its own".to_owned()));
    }
    Ok(Some(address))
}

/// Reads where the server listens.
///
/// # Errors
/// An address that has another form.
pub(crate) fn addresses(config: &Config) -> anyhow::Result<Vec<SocketAddr>> {
    let texts = config.many("listen");
    if texts.is_empty() {
        return Ok(vec![DEFAULT_LISTEN.parse()?]);
    }
    let mut all = Vec::new();
    for text in texts {
        let found = match text.parse::<SocketAddr>() {
            Ok(address) => vec![address],
            // No other name, so that no start waits for a name server.
            Err(_) if text.starts_with("localhost:") => text.to_socket_addrs()?.collect(),
            Err(_) => bail!(ConfigError::invalid(
                "listen",
                format!("`{text}` must have the form of {DEFAULT_LISTEN}")
            )),
        };
        all.extend(found);
    }
    Ok(all)
}

/// Reads the files of certificates; None for a listener without TLS.
///
/// # Errors
/// A file without its other half.
pub(crate) fn tls_files(config: &Config) -> anyhow::Result<Option<TlsFiles>> {
    let domains = config.one("domain_certs").map(PathBuf::from);
    match (config.one("tls_cert"), config.one("tls_key")) {
        (Some(cert), Some(key)) => {
            let (cert, key) = (cert.into(), key.into());
            let main = Pair { cert, key };
            Ok(Some(TlsFiles { main, domains }))
        }
        (None, None) if domains.is_some() => {
            bail!("domain_certs needs tls_cert and tls_key, the certificate of all other names")
        }
        (None, None) => Ok(None),
        _ => bail!("set both tls_cert and tls_key, or neither"),
    }
}

fn networks(config: &Config) -> anyhow::Result<Vec<cognate_domain::facts::ip_range::IpRange>> {
    let parse = |text: &String| {
        text.parse()
            .map_err(|why: String| ConfigError::invalid("trusted_proxies", why))
    };
    Ok(config
        .many("trusted_proxies")
        .iter()
        .map(parse)
        .collect::<Result<_, _>>()?)
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
