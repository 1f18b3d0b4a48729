//! The control socket: how the command line reaches a server that holds the embedded database.
//!
//! A Unix socket with mode 0600 in the data folder: a user who may open the database file may also send commands. A
//! command is one JSON line, and so is its answer.

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use cognate_domain::app::whole::Held;
use cognate_domain::moving::export::Export;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};

use crate::admin::{self, Request, backups, creation, events, export, providers, seeds, upstream};
use crate::state::State;

/// A line of at most this many bytes is read.
const LINE: u64 = 1 << 20;
/// The time within which a command has to be done.
pub(super) const TIME: Duration = Duration::from_secs(30);
/// The same for one that takes as long as the database is large.
const LONG: Duration = Duration::from_secs(24 * 3_600);

/// Returns the time for a command.
fn time(request: &Request) -> Duration {
    match request.is_long() {
        true => LONG,
        false => TIME,
    }
}

/// The answer to a command.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reply {
    /// What it says.
    Done(Value),
    /// Why it was not done.
    Refused(String),
}

/// Returns the path of the socket in a folder.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("control.sock")
}

/// Creates the socket. It is bound in a folder that only its owner can enter and moved into place with its final mode,
/// so that there is no moment at which others could connect.
pub fn bind(folder: &Path) -> anyhow::Result<UnixListener> {
    let nest = folder.join("control.new");
    let _ = std::fs::remove_dir_all(&nest);
    std::fs::DirBuilder::new().mode(0o700).create(&nest)?;
    let fresh = nest.join("s");
    let listener = UnixListener::bind(&fresh).context("cannot make the control socket")?;
    std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&fresh, path(folder))?;
    std::fs::remove_dir(&nest)?;
    Ok(listener)
}

/// Answers commands until the task is dropped.
pub async fn serve(listener: UnixListener, state: Arc<State>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let state = state.clone();
        tokio::spawn(async move {
            let sent = match answer(stream, &state).await {
                // No snapshot takes the place of what the file is made of.
                Ok(Some((export, mut to, _held))) => export::send(*export, &mut to).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                tracing::warn!(%error, "a command failed");
            }
        });
    }
}

/// Answers a command. Returns the export that it began and that has to be sent, which takes as long as it takes.
async fn answer(
    stream: UnixStream,
    state: &State,
) -> anyhow::Result<Option<(Box<Export>, OwnedWriteHalf, Held)>> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(reader.take(LINE));
    tokio::time::timeout(TIME, reader.read_line(&mut line))
        .await
        .context("no command came")??;
    let mut begun = None;
    let reply = match serde_json::from_str::<Request>(&line) {
        Err(error) => Reply::Refused(format!("this server does not know the command: {error}")),
        Ok(request @ Request::Export { .. }) => {
            let app = &state.app;
            let held = app.whole.hold().await;
            let export = export::begin(&app.store, &app.root, app.clock.wall(), &request);
            let export = tokio::time::timeout(TIME, export).await;
            let export = export.context("a command took too long")?;
            export.map_or_else(Reply::Refused, |export| {
                begun = Some((Box::new(export), held));
                Reply::Done(Value::Null)
            })
        }
        Ok(request) => {
            let time = time(&request);
            let done = tokio::time::timeout(time, perform(request, state)).await;
            done.context("a command took too long")?
        }
    };
    tokio::time::timeout(TIME, writer.write_all(&line_of(&reply)?))
        .await
        .context("nobody took the answer")??;
    Ok(begun.map(|(export, held)| (export, writer, held)))
}

/// Returns a line of the socket.
pub(super) fn line_of(value: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Performs a command that needs more of the running server than its database. Returns any other command.
async fn alone(request: Request, state: &State) -> Result<Result<Value, String>, Request> {
    let app = &state.app;
    Ok(match request {
        Request::TestProvider {
            pool,
            provider,
            answer,
            url,
        } => {
            let urls = url.map_or_else(|| own_urls(state), |url| vec![url]);
            providers::test(app, &pool, &provider, answer.as_deref(), &urls).await
        }
        Request::CreatePool { id, settings } => creation::pool(app, &id, &settings).await,
        Request::CreateClient { pool, id, settings } => {
            creation::client(app, &pool, &id, &settings).await
        }
        Request::Seed { step } => {
            let changes = !step.only_reads();
            let done = seeds::perform(app, *step).await;
            if changes {
                app.cache.clear();
            }
            done
        }
        Request::SetUpstream { pool, wanted } => {
            let now = app.clock.service();
            let set = upstream::set(&app.store, &app.root, now, &pool, &wanted, Some(app)).await;
            app.cache.clear();
            set
        }
        Request::Events { pool, step } => {
            let now = app.clock.service();
            events::perform(&app.store, &app.root, now, &pool, step, Some(app)).await
        }
        other => return Err(other),
    })
}

async fn perform(request: Request, state: &State) -> Reply {
    let app = &state.app;
    let _held = app.whole.hold().await;
    let request = match alone(request, state).await {
        Ok(outcome) => return outcome.map_or_else(Reply::Refused, Reply::Done),
        Err(request) => request,
    };
    if matches!(request, Request::Audit { position: None, .. }) {
        // So that the listing has what just happened.
        state.refusals.flush(app).await;
    }
    let only_reads = request.only_reads();
    let outcome = if request.is_long() {
        let done = backups::perform(&app.store, &app.root, &state.backups, request).await;
        done.map_err(|error| format!("{error:#}"))
    } else {
        admin::perform(&app.store, &app.root, app.clock.wall(), request).await
    };
    if !only_reads {
        // What a command changed counts at once on the server that ran it.
        state.keys.forget();
        app.cache.clear();
    }
    outcome.map_or_else(Reply::Refused, Reply::Done)
}

/// Returns the URLs of `dev`, which has no `public_url`.
fn own_urls(state: &State) -> Vec<String> {
    let ports = state.origins.ports.iter().filter(|_| state.origins.dev);
    let urls = ports
        .flat_map(|port| ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}")));
    urls.collect()
}

/// Sends a command to the server of a folder and returns its answer. None if no server listens there.
pub async fn ask(folder: &Path, request: &Request) -> anyhow::Result<Option<Value>> {
    match send(folder, request).await? {
        Some(mut from) => reply(&mut from, time(request)).await.map(Some),
        None => Ok(None),
    }
}

/// Sends a command to the server of a folder. None if no server listens there.
pub(super) async fn send(
    folder: &Path,
    request: &Request,
) -> anyhow::Result<Option<BufReader<UnixStream>>> {
    let Ok(mut stream) = UnixStream::connect(path(folder)).await else {
        return Ok(None);
    };
    stream.write_all(&line_of(request)?).await?;
    Ok(Some(BufReader::new(stream)))
}

/// Reads the answer to a command, which must come within `limit`.
pub(super) async fn reply(
    from: &mut BufReader<UnixStream>,
    limit: Duration,
) -> anyhow::Result<Value> {
    let mut line = String::new();
    let mut reader = from.take(LINE);
    tokio::time::timeout(limit, reader.read_line(&mut line))
        .await
        .context("the server does not answer")??;
    match serde_json::from_str(&line).context("the server's answer is not understood")? {
        Reply::Done(value) => Ok(value),
        Reply::Refused(why) => bail!(why),
    }
}
