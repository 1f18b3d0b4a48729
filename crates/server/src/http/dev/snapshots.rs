//! `/_dev/snapshots`: the whole server as it is now under a name, and back to it.
//!
//! A snapshot is a copy of the embedded database in a file of the data folder, which its owner alone may read. A restore waits
//! for the requests and jobs under way and keeps later ones waiting, replaces the database in one transaction and forgets
//! what this process knew of it. So everything that is in the database follows: users, sessions, messages, jobs, keys and
//! the offset of the clock.

use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use cognate_store::{Restore, StoreError};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Ask, Trouble, failed, names};
use crate::database::database_identity::SAME;
use crate::settings::data_dir::DATABASE_FILE;
use crate::state::State;
use crate::time_text::rfc3339;
use crate::worlds::MOST_BYTES;

/// The most snapshots.
const MOST: usize = 64;
/// The end of the names of files.
const ENDING: &str = ".db";
/// The file that becomes a snapshot; no name of a snapshot has a point.
const UNFINISHED: &str = "new.snapshot";

/// The snapshots of a server.
pub struct Snapshots {
    /// None for a database that is no file.
    folder: Option<PathBuf>,
    /// The database, if its size and those of its snapshots are bounded.
    bounded: Option<PathBuf>,
    /// One at a time makes, restores or deletes one, or empties the server.
    turn: Mutex<()>,
}

/// A snapshot in the listing.
struct Found {
    name: String,
    bytes: u64,
    /// Microseconds by the wall clock.
    made: i64,
}

impl Snapshots {
    /// Returns the snapshots of the database in a folder. `is_world`: true for one of many.
    pub fn new(data: Option<&Path>, is_world: bool) -> Self {
        let bounded = data.filter(|_| is_world);
        Self {
            folder: data.map(|data| data.join("snapshots")),
            bounded: bounded.map(|data| data.join(DATABASE_FILE)),
            turn: Mutex::default(),
        }
    }

    /// Waits until nobody else changes what the whole server is.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    fn folder(&self) -> Result<&Path, Trouble> {
        self.folder.as_deref().ok_or_else(|| {
            Trouble::refused(
                StatusCode::NOT_IMPLEMENTED,
                "there are snapshots of the embedded database alone, and this server's is in PostgreSQL",
            )
        })
    }

    /// Returns the file of a snapshot, which may not be there.
    fn file(&self, name: &str) -> Result<PathBuf, Trouble> {
        let folder = self.folder()?;
        Ok(folder.join(format!("{}{ENDING}", names::check(name)?)))
    }

    /// Lists the snapshots by their names.
    async fn list(&self) -> Result<Vec<Found>, Trouble> {
        let folder = self.folder()?.to_owned();
        let found = tokio::task::spawn_blocking(move || look(&folder)).await;
        found.map_err(failed)?.map_err(failed)
    }
}

fn look(folder: &Path) -> std::io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let file = entry.file_name();
        let name = file.to_str().and_then(|name| name.strip_suffix(ENDING));
        let Some(name) = name.filter(|name| names::check(name).is_ok()) else {
            continue;
        };
        let facts = entry.metadata()?;
        let since = facts.modified()?.duration_since(UNIX_EPOCH);
        found.push(Found {
            name: name.to_owned(),
            bytes: facts.len(),
            made: i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or(i64::MAX),
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn missing(name: &str) -> Trouble {
    Trouble::missing(format!("there is no snapshot {name}"))
}

/// Lists the snapshots.
pub(super) async fn list(ask: Ask<'_>) -> Result<Value, Trouble> {
    let found = ask.state.dev.snapshots.list().await?;
    let shown: Vec<Value> = found.iter().map(show).collect();
    Ok(json!({"snapshots": shown}))
}

fn show(found: &Found) -> Value {
    json!({"name": found.name, "bytes": found.bytes, "made": rfc3339(found.made)})
}

/// Makes a snapshot, in the place of one that has the name already.
pub(super) async fn make(ask: Ask<'_>) -> Result<Value, Trouble> {
    let (state, name) = (ask.state, ask.name.to_owned());
    in_own_task(state, move |state| async move {
        let snapshots = &state.dev.snapshots;
        let file = snapshots.file(&name)?;
        let _turn = snapshots.turn.lock().await;
        let others = snapshots.list().await?;
        if others.len() >= MOST && others.iter().all(|other| other.name != name) {
            let why = format!("there are {MOST} snapshots already: delete some");
            return Err(Trouble::refused(StatusCode::CONFLICT, why));
        }
        if let Some(database) = &snapshots.bounded {
            let bytes = std::fs::metadata(database).map_or(0, |facts| facts.len());
            let taken = others.iter().filter(|other| other.name != name);
            let taken: u64 = taken.map(|other| other.bytes).sum();
            if taken + 2 * bytes > MOST_BYTES.unsigned_abs() {
                let why = "the world and its snapshots would take more than 1 GiB: delete some";
                return Err(Trouble::refused(StatusCode::CONFLICT, why));
            }
        }
        let folder = snapshots.folder()?;
        let unfinished = folder.join(UNFINISHED);
        // A request under way may still be between two of its commits.
        let alone = alone(&state).await?;
        // In the folder of the database, which is not made anew where a world was deleted.
        let made = std::fs::DirBuilder::new().mode(0o700).create(folder);
        made.or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Ok(()),
            ErrorKind::NotFound => Err(Trouble::missing("the world was deleted")),
            _ => Err(failed(error)),
        })?;
        let copied = state.app.store.copy_to(&unfinished).await;
        drop(alone);
        copied.map_err(failed)?;
        std::fs::rename(&unfinished, &file).map_err(failed)?;
        let made = snapshots.list().await?;
        let made = made.iter().find(|made| made.name == name);
        made.map(show).ok_or_else(|| missing(&name))
    })
    .await
}

/// Restores a snapshot.
pub(super) async fn restore(ask: Ask<'_>) -> Result<Value, Trouble> {
    let (state, name) = (ask.state, ask.name.to_owned());
    in_own_task(state, move |state| async move {
        let from = state.dev.snapshots.file(&name)?;
        let _turn = state.dev.snapshots.turn.lock().await;
        if !from.is_file() {
            return Err(missing(&name));
        }
        let mut alone = alone(&state).await?;
        // What they say is of the state that ends here.
        state.refusals.flush(&state.app).await;
        let restored = state.app.store.restore(Restore { from, same: SAME }).await;
        restored.map_err(|error| match error {
            StoreError::Refused(why) => Trouble::refused(StatusCode::CONFLICT, why),
            other => failed(other),
        })?;
        state.keys.forget();
        state.functions.forget();
        if let Some(faults) = &state.faults {
            faults.clear();
        }
        state.app.replaced(&mut alone).await.map_err(failed)?;
        Ok(super::clock::now(&state))
    })
    .await
}

/// Deletes a snapshot.
pub(super) async fn delete(ask: Ask<'_>) -> Result<Value, Trouble> {
    let snapshots = &ask.state.dev.snapshots;
    let file = snapshots.file(ask.name)?;
    let _turn = snapshots.turn.lock().await;
    match std::fs::remove_file(file) {
        Ok(()) => Ok(json!({})),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(missing(ask.name)),
        Err(error) => Err(failed(error)),
    }
}

/// Waits until no request and no job is under way, and keeps later ones waiting.
pub(super) async fn alone(state: &State) -> Result<cognate_domain::app::whole::Alone, Trouble> {
    state.alone().await.ok_or_else(super::busy)
}

/// Does the work in a task of its own, so that a client that goes away does not stop it between its steps.
pub(super) async fn in_own_task<F>(
    state: &Arc<State>,
    work: impl FnOnce(Arc<State>) -> F + Send,
) -> Result<Value, Trouble>
where
    F: Future<Output = Result<Value, Trouble>> + Send + 'static,
{
    tokio::spawn(work(state.clone())).await.map_err(failed)?
}
