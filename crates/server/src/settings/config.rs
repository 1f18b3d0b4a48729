//! Settings: flags, then `COGNATE_*` variables, then a TOML file, then `COGNATE_DEFAULT_*` variables, by which an image says what
//! holds in it, then defaults (design decision 3).
//!
//! [`keys`] is the whole list. The command line's flags, the variables, the file's names, `config print` and its
//! masking all come from it, so a setting cannot exist in one place only. Unknown names are errors everywhere.

mod address_keys;
mod backup_keys;
mod dev_keys;
pub mod foreign;
mod function_keys;
mod log_keys;
mod print;
mod sender_keys;

use std::collections::BTreeMap;
use std::path::Path;

use self::address_keys::ADDRESS_KEYS;
use self::backup_keys::BACKUP_KEYS;
use self::dev_keys::DEV_KEYS;
use self::function_keys::FUNCTION_KEYS;
use self::log_keys::LOG_KEYS;
use self::sender_keys::SENDER_KEYS;

/// The number of values of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One text.
    One,
    /// Several texts: repeated flags, a comma-separated variable, a TOML array.
    Many,
    /// true or false; the bare flag means true.
    Switch,
}

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// The name in the TOML file; `_` becomes `-` in the flag, and upper case after `COGNATE_` in the variable.
    pub name: &'static str,
    /// The number of its values.
    pub kind: Kind,
    /// True if `config print` hides the value.
    pub secret: bool,
    /// The text of `--help`.
    pub help: &'static str,
}

const fn key(name: &'static str, kind: Kind, help: &'static str) -> Key {
    Key {
        name,
        kind,
        secret: false,
        help,
    }
}

const fn secret(name: &'static str, help: &'static str) -> Key {
    Key {
        name,
        kind: Kind::One,
        secret: true,
        help,
    }
}

const fn secrets(name: &'static str, help: &'static str) -> Key {
    Key {
        name,
        kind: Kind::Many,
        secret: true,
        help,
    }
}

/// Returns all settings.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    let first = KEYS.iter().chain(FUNCTION_KEYS);
    let others = first.chain(SENDER_KEYS).chain(BACKUP_KEYS);
    let others = others.chain(LOG_KEYS).chain(ADDRESS_KEYS);
    others.chain(DEV_KEYS)
}

/// All settings but those of functions, senders, backups, logs, metrics, published secrets and `dev`.
const KEYS: &[Key] = &[
    key(
        "listen",
        Kind::Many,
        "Address to listen on (default 127.0.0.1:9229); may be repeated",
    ),
    key(
        "region",
        Kind::One,
        "Region of unsigned callers (default us-east-1)",
    ),
    key(
        "account",
        Kind::One,
        "Account id in ARNs (default 000000000000)",
    ),
    key(
        "data_dir",
        Kind::One,
        "Folder of the embedded database (default ./.cognate in dev, ./cognate-data in serve)",
    ),
    secret(
        "database_url",
        "postgres://… keeps everything in PostgreSQL instead",
    ),
    key(
        "migrate",
        Kind::One,
        "auto applies migrations at start, check refuses an old database (default auto)",
    ),
    secret("sealing_key", "The sealing key itself, 32 bytes in base64"),
    key(
        "key_file",
        Kind::One,
        "File that holds the sealing key; made on the first start on SQLite",
    ),
    secret(
        "root_access_key_id",
        "Root access key id; without it serve makes one on its first start",
    ),
    secret("root_secret_access_key", "Root secret access key"),
    key(
        "public_url",
        Kind::One,
        "URL under which clients reach this server",
    ),
    key(
        "issuer",
        Kind::One,
        "Issuer of pools without their own: gateway or aws (default gateway)",
    ),
    key(
        "hosts",
        Kind::Many,
        "Host names, with a port where it is not the usual one or this server's, that may stand in issuers besides public_url (serve)",
    ),
    key(
        "domain_base",
        Kind::One,
        "End of the hosts of prefix domains, <prefix>.auth.<region>.<domain_base>, that lead to this server (default amazoncognito.com, which does not)",
    ),
    key(
        "trusted_proxies",
        Kind::Many,
        "Addresses or CIDR ranges whose X-Forwarded-For, -Proto and -Host are believed",
    ),
    key(
        "tls_cert",
        Kind::One,
        "PEM file with the certificate chain; read again when it changes",
    ),
    key("tls_key", Kind::One, "PEM file with the private key"),
    key(
        "domain_certs",
        Kind::One,
        "Folder with the certificates of domains, chosen by the name that a client asks for; read again when it changes",
    ),
    key(
        "behind_proxy",
        Kind::Switch,
        "Allow a plain listener beyond loopback because a proxy ends TLS (serve)",
    ),
    key(
        "enforce_tiers",
        Kind::Switch,
        "Refuse features above a pool's tier",
    ),
    key(
        "private_outbound",
        Kind::Switch,
        "Let hosts that administrators name be called at private addresses in serve too, and over HTTP on this machine",
    ),
    key(
        "unresolved_domains",
        Kind::Switch,
        "Let custom domains be made whose parent has no address in serve too",
    ),
    key(
        "strict_branding",
        Kind::Switch,
        "Show no pages of managed login for clients without a style, as the service does",
    ),
    key(
        "limits",
        Kind::One,
        "Requests a second: off, default (by client address) or aws (also the service's rates); default in serve, off in dev",
    ),
    key(
        "client_rate",
        Kind::One,
        "Public requests a second from one client address (default 200)",
    ),
    key(
        "max_connections",
        Kind::One,
        "Open connections at most (default 4096)",
    ),
    key(
        "client_connections",
        Kind::One,
        "Open connections from one client address at most (default 256)",
    ),
    key(
        "shutdown_seconds",
        Kind::One,
        "How long a stop waits for requests under way (default 30)",
    ),
    key(
        "cache_mib",
        Kind::One,
        "Memory for the caches of pools, clients and keys (default 16)",
    ),
    key(
        "audit_retention_days",
        Kind::One,
        "Days that the audit trail is kept; 0 keeps it for ever (default 90)",
    ),
    key(
        "audit_reads",
        Kind::Switch,
        "Record reads by IAM callers in the audit trail too",
    ),
    key(
        "recovery",
        Kind::Many,
        "Point-in-time recovery: essentials_days=1, plus_days=14, previews_per_day=3, previews_per_month=10, restores_per_day=1 by default; off lifts a count",
    ),
    key(
        "breached_passwords",
        Kind::One,
        "File of cognate breached import with passwords that were in the hands of others; read again when it changes",
    ),
    key("log_format", Kind::One, "text or json (default text)"),
    key(
        "log_level",
        Kind::One,
        "error, warn, info, debug or trace (default info)",
    ),
];

/// The source of a value, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The command line.
    Flag,
    /// A `COGNATE_*` variable.
    Variable,
    /// The TOML file.
    File,
    /// A `COGNATE_DEFAULT_*` variable.
    Default,
}

/// The values of the settings that are set, by name.
#[derive(Clone, Debug, Default)]
pub struct Config {
    values: BTreeMap<&'static str, (Vec<String>, Source)>,
    /// The TOML file.
    pub path: Option<std::path::PathBuf>,
    /// What is to be said in the log of where settings came from.
    pub notes: Vec<String>,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A name that is not in [`keys`].
    #[error("unknown setting `{0}` in {1}")]
    Unknown(String, String),
    /// A value of the wrong form.
    #[error("setting `{0}`: {1}")]
    Invalid(String, String),
    /// The TOML file cannot be read.
    #[error("cannot read the settings file {0}: {1}")]
    File(String, String),
}

impl ConfigError {
    /// Returns the error for a value of the wrong form.
    pub fn invalid(name: &str, why: impl Into<String>) -> Self {
        Self::Invalid(name.into(), why.into())
    }
}

/// Returns the `COGNATE_*` variables of this process. Nothing else reads the environment for settings.
#[allow(
    clippy::disallowed_methods,
    reason = "this file is where settings are read"
)]
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("COGNATE_"))
        .collect()
}

/// Returns the folder for per-user settings, where `serve` keeps its sealing key unless told otherwise.
#[allow(
    clippy::disallowed_methods,
    reason = "this file is where settings are read"
)]
pub fn user_config_dir() -> Option<std::path::PathBuf> {
    let set = |name| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(std::path::PathBuf::from)
    };
    set("XDG_CONFIG_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".config")))
        .map(|dir| dir.join("cognate"))
}

impl Config {
    /// Merges the three sources. `flags` holds what the command line named, `variables` the `COGNATE_*` pairs.
    /// The file's path comes from the flag `--config` or the variable `COGNATE_CONFIG`.
    pub fn load(
        flags: Vec<(&'static str, Vec<String>)>,
        config_flag: Option<&str>,
        variables: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for (name, values) in flags {
            config.values.insert(name, (values, Source::Flag));
        }
        let mut path = config_flag.map(str::to_owned);
        let mut defaults = Vec::new();
        for (variable, value) in variables {
            let name = variable.trim_start_matches("COGNATE_").to_ascii_lowercase();
            let (name, source) = match name.strip_prefix("default_") {
                Some(name) => (name.to_owned(), Source::Default),
                None => (name, Source::Variable),
            };
            if name == "config" {
                path.get_or_insert_with(|| value.clone());
                continue;
            }
            let unknown = || ConfigError::Unknown(variable.clone(), "the environment".into());
            let key = keys().find(|k| k.name == name).ok_or_else(unknown)?;
            let values = match key.kind {
                Kind::Many => value
                    .split(',')
                    .map(|v| v.trim().to_owned())
                    .filter(|v| !v.is_empty())
                    .collect(),
                Kind::One | Kind::Switch => vec![value.clone()],
            };
            if source == Source::Default {
                defaults.push((key.name, (values, source)));
                continue;
            }
            config.values.entry(key.name).or_insert((values, source));
        }
        if let Some(path) = path {
            config.read_file(Path::new(&path))?;
            config.path = Some(path.into());
        }
        for (name, value) in defaults {
            config.values.entry(name).or_insert(value);
        }
        Ok(config)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::File(shown.clone(), e.to_string()))?;
        // The parser's message quotes the line at fault, which may hold a secret, so only its position is reported.
        let table: toml::Table = toml::from_str(&text).map_err(|e: toml::de::Error| {
            let line = e
                .span()
                .map_or(0, |s| text.get(..s.start).unwrap_or("").lines().count());
            ConfigError::File(shown.clone(), format!("{} near line {line}", e.message()))
        })?;
        for (name, value) in table {
            let unknown = || ConfigError::Unknown(name.clone(), shown.clone());
            let key = keys().find(|k| k.name == name).ok_or_else(unknown)?;
            let values = file_values(key, value)?;
            self.values
                .entry(key.name)
                .or_insert((values, Source::File));
        }
        Ok(())
    }

    /// Returns the text of a setting that takes one.
    pub fn one(&self, name: &str) -> Option<&str> {
        debug_assert!(keys().any(|k| k.name == name), "{name} is not a setting");
        self.values.get(name)?.0.first().map(String::as_str)
    }

    /// Returns where a setting is from; None if it is not set.
    pub fn source(&self, name: &str) -> Option<Source> {
        self.values.get(name).map(|(_, source)| *source)
    }

    /// True if somebody set it: not an image for want of anything else.
    pub fn is_said(&self, name: &str) -> bool {
        self.source(name)
            .is_some_and(|source| source != Source::Default)
    }

    /// Returns the texts of a setting that takes several.
    pub fn many(&self, name: &str) -> &[String] {
        debug_assert!(keys().any(|k| k.name == name), "{name} is not a setting");
        self.values.get(name).map_or(&[], |(values, _)| values)
    }

    /// Parses a switch; false if it is not set.
    pub fn switch(&self, name: &str) -> Result<bool, ConfigError> {
        match self.one(name) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(other) => Err(ConfigError::invalid(
                name,
                format!("`{other}` is neither true nor false"),
            )),
        }
    }

    /// Parses a whole number within bounds; the default if it is not set.
    pub fn number(
        &self,
        name: &str,
        default: u64,
        allowed: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, ConfigError> {
        let Some(text) = self.one(name) else {
            return Ok(default);
        };
        let in_range = text.parse().ok().filter(|n| allowed.contains(n));
        in_range.ok_or_else(|| {
            ConfigError::invalid(
                name,
                format!("must be {} to {}", allowed.start(), allowed.end()),
            )
        })
    }

    /// Parses one of several words; the first if it is not set.
    pub fn word(&self, name: &str, words: &[&'static str]) -> Result<&'static str, ConfigError> {
        let first = words.first().copied().unwrap_or("");
        let Some(text) = self.one(name) else {
            return Ok(first);
        };
        let found = words.iter().copied().find(|w| *w == text);
        found.ok_or_else(|| {
            ConfigError::invalid(name, format!("must be one of {}", words.join(", ")))
        })
    }
}

fn file_values(key: &Key, value: toml::Value) -> Result<Vec<String>, ConfigError> {
    let scalar = |value: toml::Value| match value {
        toml::Value::String(text) => Ok(text),
        toml::Value::Integer(n) => Ok(n.to_string()),
        _ => Err(ConfigError::invalid(
            key.name,
            "must be a text or a whole number",
        )),
    };
    match (key.kind, value) {
        (Kind::Switch, toml::Value::Boolean(on)) => Ok(vec![on.to_string()]),
        (Kind::Switch, _) => Err(ConfigError::invalid(key.name, "must be true or false")),
        (Kind::Many, toml::Value::Array(items)) => items.into_iter().map(scalar).collect(),
        (Kind::Many, _) => Err(ConfigError::invalid(key.name, "must be an array")),
        (Kind::One, value) => Ok(vec![scalar(value)?]),
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
