//! The connection string: the hosts, the user, and how to verify the server.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::OpenError;
use crate::percent::{self, PercentError};

/// The time that one host may take to accept a connection, unless the connection string says otherwise.
const CONNECT: Duration = Duration::from_secs(5);
/// The time for which a transaction may do nothing: a node that vanishes in the middle must not hold its locks until TCP
/// notices.
const IDLE_MILLIS: u32 = 15_000;
/// The same as PostgreSQL shows it.
pub(super) const IDLE_SHOWN: &str = "15s";

/// The way in which statements are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statements {
    /// Prepared once per connection.
    Prepared,
    /// Unnamed and sent whole each time, so that a pooler may use another server connection for every transaction.
    Unnamed,
}

/// A connection string, understood.
pub(super) struct Target {
    pub(super) config: Config,
    /// The same, and sessions that end a transaction which does nothing for [`IDLE_MILLIS`]. None where each transaction
    /// must say that itself, since a pooler gives it any session.
    pub(super) limited: Option<Config>,
    pub(super) tls: MakeRustlsConnect,
    pub(super) statements: Statements,
}

/// Our own parameters, taken out of the string before the client library sees it.
#[derive(Default)]
struct Own {
    ssl_mode: Option<String>,
    root_cert: Option<String>,
    cert: Option<String>,
    key: Option<String>,
    unnamed: bool,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(refused("the database URL must begin with postgres://"));
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut own = Own::default();
        let mut others = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sslmode" => own.ssl_mode = Some(value.to_owned()),
                "sslrootcert" => own.root_cert = Some(decode(value)?),
                "sslcert" => own.cert = Some(decode(value)?),
                "sslkey" => own.key = Some(decode(value)?),
                "pgbouncer" | "statement_cache" => own.unnamed |= unnamed(name, value)?,
                _ => others.push(pair),
            }
        }
        // The library's text can repeat parts of the string, and the string holds a password.
        let mut config = Config::from_str(&format!("{base}?{}", others.join("&")))
            .map_err(|_| refused("the database URL is malformed, or has an unknown parameter"))?;
        config.ssl_mode(ssl_mode(own.ssl_mode.as_deref(), is_local(&config))?);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("cognate");
        }
        // Without these a server that vanished holds a request for a quarter of an hour.
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(20));
        Ok(Self {
            tls: MakeRustlsConnect::new(tls(&own, config.get_ssl_mode())?),
            limited: (!own.unnamed).then(|| limited(&config)),
            config,
            statements: if own.unnamed {
                Statements::Unnamed
            } else {
                Statements::Prepared
            },
        })
    }
}

/// Returns the same with the limit of [`IDLE_MILLIS`], which is after the options of the connection string and so counts.
fn limited(config: &Config) -> Config {
    let limit = format!("-c idle_in_transaction_session_timeout={IDLE_MILLIS}");
    let options = match config.get_options() {
        Some(given) => format!("{given} {limit}"),
        None => limit,
    };
    let mut limited = config.clone();
    limited.options(options);
    limited
}

fn refused(text: impl Into<String>) -> OpenError {
    OpenError::Options(text.into())
}

fn unnamed(name: &str, value: &str) -> Result<bool, OpenError> {
    match (name, value) {
        ("pgbouncer", "true") | ("statement_cache", "off") => Ok(true),
        ("pgbouncer", "false") | ("statement_cache", "on") => Ok(false),
        ("pgbouncer", _) => Err(refused(
            "pgbouncer in the database URL must be true or false",
        )),
        _ => Err(refused(
            "statement_cache in the database URL must be on or off",
        )),
    }
}

/// Returns a mode that is never weaker than the one asked for. What libpq calls `require` and `verify-ca` is verified
/// in full, since a server with any name could answer if the name were not checked.
fn ssl_mode(asked: Option<&str>, local: bool) -> Result<SslMode, OpenError> {
    match asked {
        None if local => Ok(SslMode::Disable),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
        Some("disable") => Ok(SslMode::Disable),
        Some("allow" | "prefer") => Err(refused(
            "sslmode allow and prefer let an attacker turn encryption off: use verify-full, or disable",
        )),
        Some(_) => Err(refused("sslmode must be verify-full or disable")),
    }
}

/// True if every host is this machine.
fn is_local(config: &Config) -> bool {
    let names = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || IpAddr::from_str(name).is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    names && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn tls(own: &Own, mode: SslMode) -> Result<ClientConfig, OpenError> {
    let mut roots = RootCertStore::empty();
    match &own.root_cert {
        Some(path) => {
            for certificate in certificates(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| refused(format!("{path}: {error}")))?;
            }
        }
        // Reading the system's certificates takes milliseconds, which a start without TLS need not spend.
        None if mode == SslMode::Disable => {}
        None => {
            let (added, _) =
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if added == 0 {
                return Err(refused(
                    "no trusted certificates on this system: name some with sslrootcert=FILE in the database URL",
                ));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(error.to_string()))?
        .with_root_certificates(roots);
    match (&own.cert, &own.key) {
        (Some(cert), Some(key)) => {
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| refused(format!("{key}: {error}")))?;
            builder
                .with_client_auth_cert(certificates(cert)?, key)
                .map_err(|error| refused(format!("{cert}: {error}")))
        }
        (None, None) => Ok(builder.with_no_client_auth()),
        _ => Err(refused("sslcert and sslkey belong together")),
    }
}

fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<_, _>>)
        .map_err(|error| refused(format!("{path}: {error}")))?;
    if found.is_empty() {
        return Err(refused(format!("{path}: no certificate in it")));
    }
    Ok(found)
}

fn decode(text: &str) -> Result<String, OpenError> {
    percent::decode(text).map_err(|error| match error {
        PercentError::Escape => refused("the database URL has a broken % escape"),
        PercentError::Utf8 => refused("the database URL is not UTF-8"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Target::parse(url).ok().unwrap().config.get_ssl_mode()
    }

    fn refusal(url: &str) -> String {
        Target::parse(url).err().unwrap().to_string()
    }

    #[test]
    fn a_loopback_server_needs_no_tls() {
        assert_eq!(mode("postgres://u@localhost/d"), SslMode::Disable);
        assert_eq!(mode("postgres://u@127.0.0.1,[::1]/d"), SslMode::Disable);
        assert_eq!(mode("postgres:///d?host=/run/postgresql"), SslMode::Disable);
    }

    #[test]
    fn any_other_server_is_verified_unless_told_otherwise() {
        for url in [
            "postgres://u@db.example/d",
            "postgres://u@localhost,db.example/d",
            "postgres://u@localhost/d?hostaddr=192.0.2.1",
            "postgres://u@localhost/d?sslmode=verify-full",
            "postgres://u@db.example/d?sslmode=require",
        ] {
            assert_eq!(mode(url), SslMode::Require, "{url}");
        }
        assert_eq!(
            mode("postgres://u@db.example/d?sslmode=disable"),
            SslMode::Disable
        );
    }

    #[test]
    fn modes_that_can_be_downgraded_are_refused() {
        assert!(refusal("postgres://u@h/d?sslmode=prefer").contains("attacker"));
        assert_eq!(
            refusal("postgres://u@h/d?sslmode=x"),
            "sslmode must be verify-full or disable"
        );
    }

    #[test]
    fn unknown_parameters_and_other_schemes_are_refused_without_the_password() {
        let text = refusal("postgres://u:hunter2@h/d?colour=red");
        assert_eq!(
            text,
            "the database URL is malformed, or has an unknown parameter"
        );
        assert_eq!(
            refusal("mysql://u:hunter2@h/d"),
            "the database URL must begin with postgres://"
        );
    }

    #[test]
    fn poolers_get_unnamed_statements() {
        let statements = |url: &str| Target::parse(url).ok().unwrap().statements;
        assert_eq!(statements("postgres://u@localhost/d"), Statements::Prepared);
        assert_eq!(
            statements("postgres://u@localhost/d?pgbouncer=true"),
            Statements::Unnamed
        );
        assert_eq!(
            statements("postgres://u@localhost/d?statement_cache=off"),
            Statements::Unnamed
        );
        assert!(refusal("postgres://u@localhost/d?pgbouncer=maybe").contains("true or false"));
    }

    #[test]
    fn sessions_have_the_limit_after_the_options_that_were_given() {
        let options = |url: &str| {
            let limited = Target::parse(url).ok().unwrap().limited;
            limited.map(|config| config.get_options().unwrap().to_owned())
        };
        let limit = "-c idle_in_transaction_session_timeout=15000";
        assert_eq!(options("postgres://u@localhost/d").as_deref(), Some(limit));
        assert_eq!(
            options("postgres://u@localhost/d?options=-csearch_path%3Da"),
            Some(format!("-csearch_path=a {limit}"))
        );
        assert_eq!(options("postgres://u@localhost/d?pgbouncer=true"), None);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(decode("%2Fetc%2fca.pem").unwrap(), "/etc/ca.pem");
        decode("%2").unwrap_err();
        decode("%zz").unwrap_err();
    }
}
