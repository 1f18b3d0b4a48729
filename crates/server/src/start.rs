//! Starting a server and stopping it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use cognate_access::commands;
use cognate_access::keys::NewKey;
use cognate_courier::Post;
use cognate_crypto::seal::RootKey;
use cognate_domain::clock::Clock;
use cognate_domain::{App, Mode};
use cognate_store::{OpenError, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::admin::control;
use crate::audit::refusals;
use crate::cli::door;
use crate::database::backup::schedule;
use crate::database::database_identity;
use crate::database::sealing;
use crate::http::connections::Bounds;
use crate::http::health;
use crate::http::limits::{Load, connections_within_open_files};
use crate::http::listen::Listening;
use crate::http::metrics;
use crate::http::tls::{Tls, TlsFiles};
use crate::impersonation::{Impersonated, Impersonation};
use crate::parts::Parts;
use crate::places::KnownPlaces;
use crate::settings::data_dir::{DataDir, ENDPOINT_FILE};
use crate::settings::{Database, ServerConfig};
use crate::state::State;
use crate::worlds::{self, Worlds};

/// A server that answers.
pub struct Running {
    /// The addresses on which it listens; a port of 0 in the settings is the real one here.
    pub addresses: Vec<SocketAddr>,
    /// The address of the metrics; None without one.
    pub metrics: Option<SocketAddr>,
    /// The hosts of Amazon's for which it stands in.
    pub impersonated: Option<Impersonated>,
    /// True if it speaks TLS.
    pub tls: bool,
    /// The root key that this start created; it is not shown again.
    pub new_root: Option<NewKey>,
    /// The state that its requests share.
    pub state: Arc<State>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    jobs: JoinHandle<()>,
    listening: Arc<Listening>,
    control: Option<PathBuf>,
    endpoint: Option<PathBuf>,
    folder: Option<DataDir>,
    patience: Duration,
}

/// An open database and its sealing key.
pub struct OpenDatabase {
    /// The database.
    pub store: Store,
    /// The sealing key.
    pub root: RootKey,
}

/// Opens the store alone; the error says so if another program has it open.
pub async fn open_store(database: &Database) -> anyhow::Result<Store> {
    if let Some(folder) = &database.folder {
        folder.prepare()?;
        folder.warn_of_readers();
    }
    Store::open(&database.store)
        .await
        .map_err(|error| match error {
            OpenError::InUse(_) => anyhow::anyhow!("{error}"),
            other => anyhow::Error::from(other).context("cannot open the database"),
        })
}

/// Opens a database for a mode.
async fn open(mode: Mode, database: &Database) -> anyhow::Result<OpenDatabase> {
    let store = open_store(database).await?;
    database_identity::refuse_half_restored(&store).await?;
    database_identity::check_mode(&store, mode).await?;
    let root = sealing::load(&database.key, &store).await?;
    database_identity::sign_old_rows(&store, &root).await?;
    Ok(OpenDatabase { store, root })
}

/// Opens the database that a command names, whichever mode made it.
pub async fn open_existing(database: &Database) -> anyhow::Result<OpenDatabase> {
    let store = open_store(database).await?;
    database_identity::refuse_half_restored(&store).await?;
    if !database_identity::has_key(&store).await? {
        bail!("this database was never used by a server: start one first");
    }
    let root = sealing::load(&database.key, &store).await?;
    database_identity::sign_old_rows(&store, &root).await?;
    Ok(OpenDatabase { store, root })
}

/// Returns the courier of the settings; None if they name no sender.
fn courier(settings: cognate_courier::Settings) -> anyhow::Result<Option<Post>> {
    let none = settings.email_senders.is_empty() && settings.sms_senders.is_empty();
    let courier = Post::new(settings)?;
    Ok((!none).then_some(courier))
}

/// Starts a server.
pub async fn start(plan: ServerConfig) -> anyhow::Result<Running> {
    let ServerConfig {
        listen,
        metrics_listen,
        tls,
        impersonation,
        database,
        domain,
        functions,
        log_targets,
        secret_store,
        mut origins,
        root: fixed,
        rates,
        connections,
        client_connections,
        senders,
        behind_proxy,
        shutdown,
        code_keys,
        places,
        backups,
        seed,
    } = plan;
    if behind_proxy && origins.proxies.is_empty() {
        tracing::warn!(
            "behind_proxy is on and trusted_proxies is empty: all clients count as one, by the proxy's address"
        );
    }
    let courier = courier(senders)?;
    let tls = tls.map(Tls::open).transpose()?;
    let places = KnownPlaces::open(places).await?;
    // The ports first: a server that cannot have them should not touch the database.
    let mut listeners = Vec::new();
    for address in listen {
        listeners.push(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address}"))?,
        );
    }
    let stand_in = match &impersonation {
        Some(impersonation) => Some(impersonation.bind().await?),
        None => None,
    };
    let metrics_listener = match metrics_listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address} for metrics"))?,
        ),
        None => None,
    };
    let metrics_address = metrics_listener
        .as_ref()
        .map(TcpListener::local_addr)
        .transpose()?;
    let addresses = listeners
        .iter()
        .map(TcpListener::local_addr)
        .collect::<Result<Vec<_>, _>>()?;
    origins.ports = addresses.iter().map(SocketAddr::port).collect();

    let mode = domain.mode;
    let OpenDatabase { store, root } = open(mode, &database).await?;
    if let Some(setting) = store.answers_too_early().await? {
        if mode == Mode::Serve {
            bail!(
                "the database answers before a commit is durable ({setting} is off); switch {setting} on"
            );
        }
        tracing::warn!(
            setting,
            "the database answers before a commit is durable: a crash loses data"
        );
    }
    let app = App::open(domain.clone(), store, root)
        .await
        .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let has_root = fixed.is_some();
    let parts = Parts {
        settings: domain,
        functions,
        log_targets: Arc::new(log_targets),
        secret_store: secret_store.map(Arc::new),
        code_keys: code_keys.map(Arc::new),
        courier: courier.map(Arc::new),
        places: places.clone(),
        origins,
        root: fixed.map(Arc::new),
        rates,
        backups: Arc::new(backups),
        seed: seed.map(Arc::new),
        load: Arc::new(Load::default()),
        clock_agrees: agrees(&app).await?,
    };
    let faults = parts.furnish(&app);
    let new_root = match (mode, has_root) {
        (Mode::Serve, false) => commands::create_first_root(&app).await?,
        _ => None,
    };
    if let Some(seed) = &parts.seed {
        // On the heap: most starts have none.
        Box::pin(crate::seed::start::apply(&app, seed)).await?;
    }
    // Behind the seed, which may bring domains along.
    let stand_in = match (impersonation, stand_in) {
        (Some(impersonation), Some(listener)) => {
            Some(Box::pin(stand_in_at(&impersonation, listener, &app)).await?)
        }
        _ => None,
    };
    let Database { folder, key, .. } = database;
    let path = folder.as_ref().map(DataDir::path);
    let worlds = match mode {
        Mode::Dev => Some(Worlds::new(parts.clone(), key, path)?),
        Mode::Serve => None,
    };
    let state = Arc::new(parts.state(app, faults, path, worlds));

    let (stop, stopped) = watch::channel(false);
    let mut tasks = Vec::new();
    let mut control_path = None;
    if let Some(folder) = &folder {
        match control::bind(folder.path()) {
            Ok(listener) => {
                tasks.push(tokio::spawn(control::serve(listener, state.clone())));
                control_path = Some(control::path(folder.path()));
            }
            // A folder whose path is too long for a socket is no reason not to serve.
            Err(error) => tracing::warn!(%error, "commands cannot reach this server while it runs"),
        }
    }
    let endpoint = endpoint_file(mode, folder.as_ref(), &addresses, tls.is_some())?;
    if let Some(tls) = &tls {
        tasks.push(tokio::spawn(tls.clone().watch()));
    }
    tasks.push(tokio::spawn(places.watch()));
    let (jobs_app, mut until) = (state.app.clone(), stopped.clone());
    let jobs_stop = async move {
        let _ = until.wait_for(|stopped| *stopped).await;
    };
    let jobs = tokio::spawn(cognate_domain::jobs::run(jobs_app, jobs_stop));
    if let Some(listener) = metrics_listener {
        tasks.push(tokio::spawn(metrics::serve(listener, state.app.clone())));
    }
    tasks.push(tokio::spawn(refusals::keep(state.clone())));
    tasks.push(tokio::spawn(schedule::keep(state.clone())));
    let speaks_tls = tls.is_some();
    let reserved = match mode {
        Mode::Dev => worlds::RESERVED_FILES,
        Mode::Serve => 0,
    };
    let bounds = Bounds {
        all: usize::try_from(connections_within_open_files(connections, reserved))?,
        client: usize::try_from(client_connections)?,
    };
    let listening = Listening::new(state.clone(), bounds, stopped);
    tasks.extend(
        listeners
            .into_iter()
            .map(|listener| tokio::spawn(listening.clone().accept(listener, tls.clone()))),
    );
    let impersonated = stand_in.map(|(impersonated, listener, tls)| {
        tasks.push(tokio::spawn(listening.clone().accept(listener, Some(tls))));
        impersonated
    });
    Ok(Running {
        addresses,
        metrics: metrics_address,
        impersonated,
        tls: speaks_tls,
        new_root,
        state,
        stop,
        tasks,
        jobs,
        listening,
        control: control_path,
        endpoint,
        folder,
        patience: shutdown,
    })
}

/// Makes what clients of Amazon's hosts need, for the domains of pools that are there now.
async fn stand_in_at(
    impersonation: &Impersonation,
    listener: TcpListener,
    app: &App,
) -> anyhow::Result<(Impersonated, TcpListener, Arc<Tls>)> {
    let now = Clock::default().wall().div_euclid(1_000_000);
    let (main, mut impersonated) = impersonation.certify(app, now).await?;
    impersonated.address = listener.local_addr()?;
    let domains = None;
    let tls = Tls::open(TlsFiles { main, domains })?;
    Ok((impersonated, listener, tls))
}

/// True if this machine's clock agrees with the database's.
async fn agrees(app: &App) -> anyhow::Result<bool> {
    let skew = app.store.wall_skew().await?;
    let agrees = skew.abs() <= health::MAX_SKEW;
    if !agrees {
        tracing::error!(
            skew_micros = skew,
            "this machine's clock differs from the database's: not ready"
        );
    }
    Ok(agrees)
}

/// Writes where `dev` answers into the folder of its database, for the commands that ask it.
fn endpoint_file(
    mode: Mode,
    folder: Option<&DataDir>,
    addresses: &[SocketAddr],
    tls: bool,
) -> anyhow::Result<Option<PathBuf>> {
    let folder = folder.filter(|_| mode == Mode::Dev);
    let (Some(folder), Some(address)) = (folder, addresses.first()) else {
        return Ok(None);
    };
    let path = folder.path().join(ENDPOINT_FILE);
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path);
    let text = format!("{}\n", door::url(tls, *address));
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Some(path))
}

impl Running {
    /// Stops: accepts nothing more, finishes what was accepted, closes the database.
    pub async fn stop(mut self) {
        self.state.load.drain();
        let _ = self.stop.send(true);
        let finished = async {
            self.listening.ended().await;
            // An operation goes on after its client went away.
            self.state.load.empty().await;
            // So does a send: what a sender has taken must be known before the database is closed.
            let _ = (&mut self.jobs).await;
        };
        if tokio::time::timeout(self.patience, finished).await.is_err() {
            tracing::warn!(
                "requests or sends were still under way when the time for stopping was over"
            );
        }
        if let Some(worlds) = &self.state.worlds {
            worlds.end().await;
        }
        self.state.refusals.flush(&self.state.app).await;
        self.state.app.store.close().await;
        self.jobs.abort();
        for task in self.tasks.drain(..) {
            task.abort();
        }
        for path in [self.control.take(), self.endpoint.take()] {
            let _ = path.map(std::fs::remove_file);
        }
        drop(self.folder.take());
    }
}
