//! A whole server in the test's process.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cognate_crypto::random;
use cognate_crypto::seal::RootKey;
use cognate_domain::Mode;
use cognate_server::settings::ServerConfig;
use cognate_server::settings::config::Config;
use cognate_server::start::{self, Running};
use cognate_server::state::State;
use http::{Method, StatusCode};
use serde_json::json;

use crate::mailbox::Mailbox;
use crate::raw::{Credentials, Raw};

/// The database of the server.
#[derive(Clone, Debug)]
pub enum Engine {
    /// The embedded database in a temporary folder.
    Sqlite,
    /// A PostgreSQL URL.
    Postgres(String),
}

/// The options with which the server is started.
#[derive(Clone)]
pub struct Options {
    /// `dev` or `serve`.
    pub mode: Mode,
    /// The database.
    pub engine: Engine,
    /// A folder to keep the embedded database in, so that another server can be started on it afterwards.
    pub folder: Option<PathBuf>,
    /// The sealing key in base64; every node of one database needs the same.
    pub sealing_key: Option<String>,
    /// Settings by name, as `cognate_server::settings::config::keys` has them; they replace what the test server would
    /// set.
    pub settings: Vec<(&'static str, Vec<String>)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Dev,
            engine: Engine::Sqlite,
            folder: None,
            sealing_key: None,
            settings: Vec::new(),
        }
    }
}

impl Options {
    /// `serve` with the root key of [`TestServer::root`].
    #[must_use]
    pub fn serve() -> Self {
        Self {
            mode: Mode::Serve,
            ..Self::default()
        }
    }

    /// Returns the same with one more setting.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, vec![value.to_owned()]));
        self
    }
}

/// A server that answers until it is stopped. Dropping it ends it too, without waiting.
pub struct TestServer {
    running: Running,
    endpoint: String,
    root: Credentials,
    folder: Option<Scratch>,
}

/// A folder that is deleted with this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl TestServer {
    /// Starts a `dev` server on SQLite.
    pub async fn dev() -> anyhow::Result<Self> {
        Self::start(Options::default()).await
    }

    /// Starts a server on a free port of this machine.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let mut folder = None;
        let mut settings = options.settings;
        let named: Vec<&str> = settings.iter().map(|(name, _)| *name).collect();
        let mut missing: Vec<(&'static str, String)> = vec![("listen", "127.0.0.1:0".into())];
        let root = match options.mode {
            Mode::Dev => Credentials::new("test", "test"),
            Mode::Serve => Credentials::new("AKIATESTKITROOT", "testkit-root-secret-access-key"),
        };
        if options.mode == Mode::Serve {
            missing.push(("public_url", "https://id.test".into()));
            missing.push(("root_access_key_id", root.id.clone()));
            missing.push(("root_secret_access_key", root.secret.clone()));
        }
        match options.engine {
            Engine::Postgres(url) => {
                let key = options
                    .sealing_key
                    .unwrap_or_else(|| RootKey::generate().to_base64().expose().clone());
                missing.push(("sealing_key", key));
                missing.push(("database_url", url));
            }
            Engine::Sqlite => {
                let path = match options.folder {
                    Some(path) => path,
                    None => {
                        let path = std::env::temp_dir()
                            .join(format!("cognate-test-{}", random::uuid_v4()));
                        folder = Some(Scratch(path.clone()));
                        path
                    }
                };
                if let Some(key) = options.sealing_key {
                    missing.push(("sealing_key", key));
                }
                missing.push(("key_file", path.join("sealing.key").display().to_string()));
                missing.push(("data_dir", path.display().to_string()));
            }
        }
        missing.retain(|(name, _)| !named.contains(name));
        settings.extend(missing.into_iter().map(|(name, value)| (name, vec![value])));

        let config = Config::load(settings, None, &[])?;
        let running = start::start(ServerConfig::new(options.mode, &config)?).await?;
        let address = running.addresses.first().context("the server listens")?;
        let endpoint = format!("{}://{address}", if running.tls { "https" } else { "http" });
        Ok(Self {
            running,
            endpoint,
            root,
            folder,
        })
    }

    /// `http://127.0.0.1:port`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the address of the metrics; None without one.
    pub fn metrics_address(&self) -> Option<std::net::SocketAddr> {
        self.running.metrics
    }

    /// Returns the root key: `test`/`test` in `dev`.
    pub fn root(&self) -> &Credentials {
        &self.root
    }

    /// Returns the folder of the embedded database when the test server made it.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(|scratch| scratch.0.as_path())
    }

    /// Returns the server's parts, for tests that look inside.
    pub fn state(&self) -> &State {
        &self.running.state
    }

    /// Returns a client that signs as root.
    pub fn raw(&self) -> Raw {
        self.raw_as(self.root.clone())
    }

    /// Returns a client that signs with a key.
    pub fn raw_as(&self, credentials: Credentials) -> Raw {
        Raw::new(&self.endpoint, Some(credentials))
    }

    /// Returns a client that does not sign.
    pub fn unsigned(&self) -> Raw {
        Raw::new(&self.endpoint, None)
    }

    /// Returns the inbox (`dev`).
    pub fn mailbox(&self) -> Mailbox {
        Mailbox {
            http: self.unsigned(),
        }
    }

    /// Moves the service's clock forward (`dev`): `90s`, `5m`, `12h`, `31d`.
    pub async fn advance(&self, by: &str) -> anyhow::Result<()> {
        let body = json!({"advance": by}).to_string();
        let reply = self
            .unsigned()
            .fetch(Method::POST, "/_dev/clock", &[], &body)
            .await?;
        anyhow::ensure!(
            reply.status == StatusCode::OK,
            "the clock answered {} {}",
            reply.status,
            reply.text()
        );
        Ok(())
    }

    /// Stops as the program does: finishes what was accepted and closes the database.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
