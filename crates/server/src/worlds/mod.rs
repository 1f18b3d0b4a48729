//! Worlds: states of `dev` beside each other, one for each worker of a test run, so that tests in parallel never meet (docs/TEST-API.md,
//! decision 028).
//!
//! A world is a database of its own, in a folder of its own, that begins as a copy of the server's when it is first asked for. It
//! has everything that a state has: caches, clock, inbox, faults, snapshots, background work. Shared are the settings, the
//! connections, the slots and the threads for computing. Worlds end with the server.

pub mod answer;
pub mod place;

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use cognate_domain::app::whole::Alone;
use cognate_store::{Store, StoreOptions};
use http::request::Parts as RequestParts;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::audit::refusals;
use crate::database::sealing;
use crate::http::dev;
use crate::http::limits::files_left;
use crate::http::origin::{self, RequestHost};
use crate::http::response::{self, Response};
use crate::parts::Parts;
use crate::settings::KeySource;
use crate::settings::data_dir::DATABASE_FILE;
use crate::state::State;
use place::Place;

/// The most worlds.
pub const MOST: usize = 64;
/// The longest database that is copied for a world, in bytes.
const LARGEST: u64 = 256 << 20;
/// The most bytes of its database, and of that with its snapshots.
pub const MOST_BYTES: i64 = 1 << 30;
/// Bytes that the caches of a world may hold.
const CACHE: u64 = 1 << 20;
/// The files that a world has open, about.
const FILES: u32 = 16;
/// The open files that connections leave to worlds.
pub const RESERVED_FILES: u32 = 256;
/// The time for which the end of a world waits for its background work.
const PATIENCE: Duration = Duration::from_secs(2);

/// The worlds of a server.
pub struct Worlds {
    parts: Parts,
    key: KeySource,
    /// None for a database that is no file.
    folder: Option<PathBuf>,
    kept: Mutex<BTreeMap<String, Arc<World>>>,
    /// One at a time is made or deleted.
    turn: tokio::sync::Mutex<()>,
}

/// A world.
pub struct World {
    /// The state of its requests.
    pub state: Arc<State>,
    folder: PathBuf,
    /// Microseconds by the wall clock.
    made: i64,
    used: AtomicI64,
    stop: watch::Sender<bool>,
    jobs: Mutex<Option<JoinHandle<()>>>,
    refusals: JoinHandle<()>,
}

/// Why there is no world.
#[derive(Debug)]
pub struct NoWorld {
    /// The status of the answer.
    pub status: StatusCode,
    /// What the caller is told.
    pub why: String,
}

impl NoWorld {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { status, why }
    }

    /// Returns the answer, which programs that expect one of the API understand, too. `browser`: true if a page has to be able
    /// to read it.
    pub fn response(self, browser: bool, request_id: &str) -> Response {
        let kind = match self.status {
            StatusCode::BAD_REQUEST | StatusCode::CONFLICT => "InvalidParameterException",
            StatusCode::FORBIDDEN => "AccessDeniedException",
            _ => "InternalErrorException",
        };
        let body = json!({"__type": kind, "message": self.why, "error": self.why});
        let mut answer = response::of(self.status, "application/json", body.to_string());
        let headers = answer.headers_mut();
        headers.insert("x-amzn-errortype", HeaderValue::from_static(kind));
        headers.insert(
            http::header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        );
        response::identify(&mut answer, request_id);
        if browser {
            response::allow_origins(&mut answer);
        }
        answer
    }
}

/// A world in the listing.
pub struct Shown {
    /// Its name.
    pub name: String,
    /// What it takes on the disk, with its snapshots.
    pub bytes: u64,
    /// When it was made, in microseconds by the wall clock.
    pub made: i64,
    /// When it was last asked for.
    pub used: i64,
}

/// Takes the name of the world off a request, and returns it with the world's state, which is made if need be. `tls`: the
/// client came by TLS.
///
/// # Errors
/// [`NoWorld`]: for a bad name, and where a new one cannot be made or this caller may not have it made.
pub async fn arrive(
    base: &Arc<State>,
    tls: bool,
    parts: &mut RequestParts,
) -> Result<(Place, Arc<State>), NoWorld> {
    let place = place::take(parts);
    let place = place.map_err(|why| NoWorld::new(StatusCode::BAD_REQUEST, why))?;
    let Some(worlds) = &base.worlds else {
        return Err(NoWorld::new(StatusCode::NOT_FOUND, "there are no worlds"));
    };
    if let Some(world) = worlds.find(&place.name) {
        world.used.store(base.app.clock.wall(), Ordering::Relaxed);
        return Ok((place, world.state.clone()));
    }
    if parts.method == Method::OPTIONS {
        // What a browser may send is the same everywhere.
        return Ok((place, base.clone()));
    }
    // The page of another site can make a browser send this, and could fill the disk.
    let host = origin::host_of(parts);
    // A browser that fetches a picture by http says of the page that has it nothing at all, but to names of this machine.
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let says = parts.headers.contains_key("sec-fetch-site");
    let may = |named: RequestHost| {
        let is_told = !reads || says || named.host.is_loopback();
        is_told && dev::is_open(base, tls, &named.host, &parts.headers)
    };
    if !host.is_some_and(may) {
        let why = "this caller may not make a new world; make it with POST /_dev/worlds/NAME";
        return Err(NoWorld::new(StatusCode::FORBIDDEN, why));
    }
    let world = make(base, &place.name).await?;
    Ok((place, world.state.clone()))
}

/// Returns the world with a name, which is made if it is not there: in a task of its own, so that a client that goes away leaves
/// nothing half made.
///
/// # Errors
/// [`NoWorld`].
pub async fn make(base: &Arc<State>, name: &str) -> Result<Arc<World>, NoWorld> {
    if !place::is_name(name) {
        return Err(NoWorld::new(StatusCode::BAD_REQUEST, place::NAMES));
    }
    let (base, name) = (base.clone(), name.to_owned());
    let made = tokio::spawn(async move {
        let worlds = base.worlds.as_ref();
        let worlds = worlds.ok_or_else(|| failed("there are no worlds"))?;
        worlds.make(&base, name).await
    });
    made.await.map_err(failed)?
}

fn failed(error: impl std::fmt::Display) -> NoWorld {
    tracing::error!(error = %format_args!("{error:#}"), "a world could not be made");
    let why = "the world could not be made; see the log";
    NoWorld::new(StatusCode::INTERNAL_SERVER_ERROR, why)
}

impl Worlds {
    /// Returns the worlds of a server whose database is in `data`, none so far; None for a database that is no file. What an
    /// earlier server left of its worlds is deleted.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn new(parts: Parts, key: KeySource, data: Option<&Path>) -> anyhow::Result<Self> {
        let folder = data.map(|data| data.join("worlds"));
        if let Some(folder) = &folder {
            clear(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
        }
        Ok(Self {
            parts,
            key,
            folder,
            kept: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Arc<World>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, name: &str) -> Option<Arc<World>> {
        self.kept().get(name).cloned()
    }

    /// Lists the worlds by their names. It reads folders.
    pub fn list(&self) -> Vec<Shown> {
        let kept = self.kept().clone();
        let shown = |(name, world): (String, Arc<World>)| world.shown(name);
        kept.into_iter().map(shown).collect()
    }

    async fn make(&self, base: &State, name: String) -> Result<Arc<World>, NoWorld> {
        let _turn = self.turn.lock().await;
        if let Some(world) = self.find(&name) {
            return Ok(world);
        }
        let none = "there are worlds beside the embedded database alone, and this server's is in PostgreSQL";
        let folder = self.folder.as_deref();
        let folder = folder.ok_or_else(|| NoWorld::new(StatusCode::NOT_IMPLEMENTED, none))?;
        let refused = |why: String| Err(NoWorld::new(StatusCode::CONFLICT, why));
        if self.kept().len() >= MOST {
            return refused(format!(
                "there are {MOST} worlds already: delete some (DELETE /_dev/worlds/NAME)"
            ));
        }
        if files_left().is_some_and(|left| left < FILES) {
            return refused(
                "this program may not open more files: raise the limit (ulimit -n), or delete a world"
                    .to_owned(),
            );
        }
        let size = folder.parent().map(|data| data.join(DATABASE_FILE));
        let size = size.and_then(|file| std::fs::metadata(file).ok());
        if size.is_some_and(|size| size.len() > LARGEST) {
            return refused(format!(
                "the database is larger than {} MiB, and each world would have a copy of it",
                LARGEST >> 20
            ));
        }
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700).recursive(true);
        builder.create(folder).map_err(failed)?;
        let world = Arc::new(self.open(base, &name, &folder.join(&name)).await?);
        self.kept().insert(name, world.clone());
        Ok(world)
    }

    /// Makes the folder of a world, its database and what works on it.
    async fn open(&self, base: &State, name: &str, folder: &Path) -> Result<World, NoWorld> {
        // A request under way may still be between two of its commits.
        let Some(alone) = base.alone().await else {
            let why = "requests or jobs that call others are still under way: try again";
            return Err(NoWorld::new(StatusCode::SERVICE_UNAVAILABLE, why));
        };
        // Behind the wait, in which a server is most likely killed.
        begin_folder(folder)?;
        let made = self.fill(base, name, folder, alone).await;
        if made.is_err() {
            let _ = std::fs::remove_dir_all(folder);
        }
        made
    }

    async fn fill(
        &self,
        base: &State,
        name: &str,
        folder: &Path,
        alone: Alone,
    ) -> Result<World, NoWorld> {
        let file = folder.join(DATABASE_FILE);
        let copied = base.app.store.copy_to(&file).await;
        drop(alone);
        copied.map_err(failed)?;
        let store = Store::open(&StoreOptions::scratch(&file, MOST_BYTES)).await;
        let store = store.map_err(failed)?;
        let opened = self.begin(base, name, folder, store.clone()).await;
        if opened.is_err() {
            store.close().await;
        }
        opened.map_err(failed)
    }

    async fn begin(
        &self,
        base: &State,
        name: &str,
        folder: &Path,
        store: Store,
    ) -> anyhow::Result<World> {
        let root = sealing::load(&self.key, &store).await?;
        let mut parts = self.parts.clone();
        parts.functions = parts.functions.beside();
        // The names in it are those of the server's own secrets: a world keeps its secrets itself.
        parts.secret_store = None;
        parts.origins.prefix = place::prefix(name);
        if let Some(url) = &mut parts.settings.public_url {
            url.push_str(&parts.origins.prefix);
        }
        // Hosts that are stood in for are the server's own: URLs of a world are below its prefix, wherever the client came.
        parts.settings.impersonates = None;
        parts.settings.impersonated_domains.clear();
        // The copy has those of the server, and each world would keep a core busy with its own.
        parts.settings.spare_keys = 0;
        parts.settings.cache_bytes = parts.settings.cache_bytes.min(CACHE);
        let app = base
            .app
            .open_beside(parts.settings.clone(), store, root)
            .await;
        let app = app.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
        let faults = parts.furnish(&app);
        let state = Arc::new(parts.state(app, faults, Some(folder), None));
        let (stop, mut stopped) = watch::channel(false);
        let until = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let jobs = tokio::spawn(cognate_domain::jobs::run(state.app.clone(), until));
        let refusals = tokio::spawn(refusals::keep(state.clone()));
        let now = state.app.clock.wall();
        Ok(World {
            state,
            folder: folder.to_owned(),
            made: now,
            used: AtomicI64::new(now),
            stop,
            jobs: Mutex::new(Some(jobs)),
            refusals,
        })
    }

    /// Deletes a world; false if there is none.
    ///
    /// # Errors
    /// [`NoWorld`] while something is under way in it that takes long.
    pub async fn delete(&self, name: &str) -> Result<bool, NoWorld> {
        let _turn = self.turn.lock().await;
        let Some(world) = self.find(name) else {
            return Ok(false);
        };
        let Some(alone) = world.state.alone().await else {
            let why = "requests or jobs that call others are still under way: try again";
            return Err(NoWorld::new(StatusCode::SERVICE_UNAVAILABLE, why));
        };
        self.kept().remove(name);
        drop(alone);
        world.end().await;
        Ok(true)
    }

    /// Ends all worlds.
    pub async fn end(&self) {
        let _turn = self.turn.lock().await;
        let all = std::mem::take(&mut *self.kept());
        let mut ending = JoinSet::new();
        for world in all.into_values() {
            ending.spawn(async move { world.end().await });
        }
        let _ = ending.join_all().await;
    }
}

impl World {
    /// Returns what a listing says of the world. It reads its folder.
    pub fn shown(&self, name: String) -> Shown {
        Shown {
            name,
            bytes: bytes(&self.folder) + bytes(&self.folder.join("snapshots")),
            made: self.made,
            used: self.used.load(Ordering::Relaxed),
        }
    }

    /// Ends the background work, closes the database and deletes it. A request that found the world before fails.
    async fn end(&self) {
        let _ = self.stop.send(true);
        self.refusals.abort();
        let jobs = self.jobs.lock();
        let jobs = jobs.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut jobs) = jobs
            && tokio::time::timeout(PATIENCE, &mut jobs).await.is_err()
        {
            jobs.abort();
        }
        self.state.app.store.close().await;
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "a world could not be deleted");
        }
    }
}

/// Makes the folder of a new world. One that is there and empty is what a server left that was killed, or what a snapshot made of
/// a world that was deleted meanwhile; any other is not ours, and would be deleted with the world.
fn begin_folder(folder: &Path) -> Result<(), NoWorld> {
    let mut builder = std::fs::DirBuilder::new();
    builder.mode(0o700);
    let made = builder.create(folder);
    let is_there = |error: &std::io::Error| error.kind() == std::io::ErrorKind::AlreadyExists;
    if !made.as_ref().is_err_and(is_there) {
        return made.map_err(failed);
    }
    if std::fs::symlink_metadata(folder).is_ok_and(|facts| facts.is_dir()) {
        // Neither goes unless it is empty.
        let _ = std::fs::remove_dir(folder.join("snapshots"));
        let _ = std::fs::remove_dir(folder);
    }
    builder.create(folder).map_err(|error| {
        if !is_there(&error) {
            return failed(error);
        }
        let why = format!(
            "{} is there and is no world of this server: move it away",
            folder.display()
        );
        NoWorld::new(StatusCode::CONFLICT, why)
    })
}

/// Deletes what an earlier server left of its worlds, and nothing that is none: a data folder may hold other things.
fn clear(folder: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(std::ffi::OsStr::to_str);
        if name.is_some_and(place::is_name) && path.join(DATABASE_FILE).is_file() {
            std::fs::remove_dir_all(path)?;
        }
    }
    // It stays if something else is in it.
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

/// Returns the bytes of the files of a folder.
fn bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| entry.metadata().ok());
    let files = files.filter(std::fs::Metadata::is_file);
    files.map(|facts| facts.len()).sum()
}
