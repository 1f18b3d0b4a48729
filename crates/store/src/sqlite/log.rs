//! The write-ahead log: when it is copied into the database, by whom, and how it stays short.
//!
//! A thread of its own copies what the log has grown by, a little at a time, so that no commit waits for the disk to take many
//! pages, and none of them hold up the next sync for long. Commits go on behind what it copies, and the log starts again from
//! its beginning only when all of it is copied and no reader is in it: once it is long enough, the writer copies the last few
//! pages itself and waits a moment for readers. If the thread cannot keep up, the writer waits for it and does the rest,
//! however much that is: so the log has a bound.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{BUSY, Shared, value};
use crate::StoreError;

/// The log is copied each time it has grown by this many pages (of 4 KiB); fewer the writer copies itself.
const SLICE: i32 = 500;
/// From this many pages on the log is to start again.
const RESTART_PAGES: i32 = 4_000;
/// From this many pages on the writer waits for the copy, and does the rest.
const LONG_PAGES: i32 = 8_000;
/// From this many pages on the writer waits for readers longer.
const TOO_LONG_PAGES: i32 = 16_000;
/// The time for which the writer waits for readers, and the longer one, and the time until it waits so long again.
const WAIT: Duration = Duration::from_millis(10);
const LONG_WAIT: Duration = Duration::from_millis(250);
const LONG_WAIT_EVERY: Duration = Duration::from_secs(1);
/// A log file that starts again is cut to this size.
pub(super) const LIMIT_BYTES: i64 = 64 << 20;

/// The pages of the log that are in the database, counted from its beginning; negative if nobody can say.
type Copied = Result<i32, StoreError>;

/// The thread that copies.
struct Copier {
    ask: Sender<()>,
    told: Receiver<Copied>,
    thread: JoinHandle<()>,
}

impl Copier {
    fn start(shared: &Arc<Shared>) -> std::io::Result<Self> {
        let shared = Arc::clone(shared);
        let (ask, asked) = channel();
        let (tell, told) = channel();
        let work = move || {
            let mut connection = None;
            while asked.recv().is_ok() {
                let copied = copy(&shared, &mut connection);
                if tell.send(copied).is_err() {
                    return;
                }
            }
        };
        let builder = std::thread::Builder::new().name("cognate-checkpoint".to_owned());
        let thread = builder.spawn(work)?;
        Ok(Self { ask, told, thread })
    }

    /// Waits for the end of what is under way and of the thread.
    fn end(self) {
        drop(self.ask);
        if self.thread.join().is_err() {
            tracing::error!("the thread that copies the log has panicked");
        }
    }
}

/// Copies as much of the log as nobody reads, on a connection that is kept.
fn copy(shared: &Shared, kept: &mut Option<Connection>) -> Copied {
    let failed = |error: rusqlite::Error| value::store_error(&error);
    let connection = match kept.take() {
        Some(connection) => connection,
        None => shared.connect_for_copying().map_err(failed)?,
    };
    let (_, copied) = checkpoint(&connection, "PRAGMA wal_checkpoint(PASSIVE)").map_err(failed)?;
    *kept = Some(connection);
    Ok(copied)
}

/// What the writer knows of the log.
pub(super) struct Log {
    /// Pages in it after the last commit.
    pages: Arc<AtomicI32>,
    /// The same after the commit before, by which a log is noticed that started again.
    before: i32,
    copier: Option<Copier>,
    /// True from a request to the copier to its answer.
    copying: bool,
    /// True if the log started again since: the answer says nothing of the new one.
    outdated: bool,
    /// Pages that are in the database, as far as the writer knows.
    copied: i32,
    /// Pages in the log when the copier was last asked.
    asked: i32,
    /// From this many pages on, the log is to start again.
    restart_from: i32,
    waited_long: Option<Instant>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            pages: Arc::default(),
            before: 0,
            copier: None,
            copying: false,
            outdated: false,
            copied: 0,
            asked: 0,
            restart_from: RESTART_PAGES,
            waited_long: None,
        }
    }
}

impl Log {
    /// Watches how the log grows by the commits of the writer's connection.
    pub(super) fn watch(&self, connection: &mut Connection) {
        let pages = Arc::clone(&self.pages);
        // The hook takes the place of SQLite's own checkpoints, which would run before the answer.
        let hooked = connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            pages.store(count, Ordering::Relaxed);
            Ok(())
        }));
        if let Err(error) = hooked {
            tracing::warn!(%error, "checkpoints stay with the engine");
        }
    }

    /// Has the log copied if it has grown enough, and lets it start again if it is long. An error means that the file has
    /// failed.
    pub(super) fn after_commit(
        &mut self,
        connection: &Connection,
        shared: &Arc<Shared>,
    ) -> Result<(), StoreError> {
        let pages = self.pages.load(Ordering::Relaxed);
        let long = pages >= LONG_PAGES && pages >= self.restart_from;
        self.hear(long)?;
        if pages < self.before {
            (self.copied, self.asked) = (0, 0);
            self.outdated = self.copying;
            self.restart_from = RESTART_PAGES;
        }
        self.before = pages;
        if self.copying {
            return Ok(());
        }
        if pages >= self.restart_from && (long || pages - self.copied <= SLICE) {
            return self.restart(connection, pages);
        }
        if pages - self.copied.max(self.asked) >= SLICE {
            self.asked = pages;
            return self.ask(connection, shared);
        }
        Ok(())
    }

    /// Takes the answer of the copier if there is one; `wait`: until there is, if one is to come.
    fn hear(&mut self, wait: bool) -> Result<(), StoreError> {
        let Some(copier) = self.copier.as_ref().filter(|_| self.copying) else {
            return Ok(());
        };
        let told = match wait {
            true => copier.told.recv().map_err(|_| TryRecvError::Disconnected),
            false => copier.told.try_recv(),
        };
        match told {
            Err(TryRecvError::Empty) => return Ok(()),
            Ok(copied) => {
                self.copying = false;
                let copied = copied?;
                if !std::mem::take(&mut self.outdated) {
                    self.copied = self.copied.max(copied);
                }
            }
            Err(TryRecvError::Disconnected) => {
                self.copying = false;
                self.copier = None;
            }
        }
        Ok(())
    }

    fn ask(&mut self, connection: &Connection, shared: &Arc<Shared>) -> Result<(), StoreError> {
        if self.copier.is_none() {
            self.copier = Copier::start(shared).ok();
        }
        self.copying = self
            .copier
            .as_ref()
            .is_some_and(|copier| copier.ask.send(()).is_ok());
        if !self.copying {
            // Without another thread the writer does it.
            self.copier = None;
            let (_, copied) = checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")
                .map_err(|error| value::store_error(&error))?;
            self.copied = self.copied.max(copied);
        }
        Ok(())
    }

    /// Copies what is left, while nobody else copies, and waits for readers: then the next commit begins a new log.
    fn restart(&mut self, connection: &Connection, pages: i32) -> Result<(), StoreError> {
        let waited = |at: Instant| at.elapsed() < LONG_WAIT_EVERY;
        let wait = if pages >= TOO_LONG_PAGES && !self.waited_long.is_some_and(waited) {
            self.waited_long = Some(Instant::now());
            LONG_WAIT
        } else {
            WAIT
        };
        let restarted = connection.busy_timeout(wait).and_then(|()| {
            let done = checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)")?;
            connection.busy_timeout(BUSY)?;
            Ok(done)
        });
        let (busy, copied) = restarted.map_err(|error| value::store_error(&error))?;
        self.copied = self.copied.max(copied);
        // Readers were in the way: a backup may be there for minutes.
        if busy {
            self.restart_from = pages.saturating_add(SLICE.max(pages / 8));
        }
        Ok(())
    }

    /// Ends the thread, before the file is opened again or closed, since only one can copy. How a copy ended says nothing of
    /// the file as it is then.
    pub(super) fn end(&mut self) {
        let copier = std::mem::take(self).copier;
        if let Some(copier) = copier {
            copier.end();
        }
    }
}

/// Repairs a file whose sync has failed. The operating system may have dropped the pages of the log that it could not
/// write and call the next sync a success, so nothing may be appended behind them: the whole log is copied into the
/// database, and a new one begins. Then a write that changes nothing shows that the disk accepts writes.
pub(super) fn settle(connection: &Connection) -> rusqlite::Result<()> {
    empty(connection)?;
    connection.pragma_update(None, "user_version", 1)
}

/// Copies the whole log into the database and syncs both. A log found on opening may hold commits that were written but
/// not yet synced when the last program was killed, and no reader may see them before they are durable.
pub(super) fn empty(connection: &Connection) -> rusqlite::Result<()> {
    let (busy, _) = checkpoint(connection, "PRAGMA wal_checkpoint(TRUNCATE)")?;
    if busy {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(code, None));
    }
    Ok(())
}

/// Runs a checkpoint. Returns whether somebody was in its way, and the pages of the log that are in the database.
pub(super) fn checkpoint(connection: &Connection, sql: &str) -> rusqlite::Result<(bool, i32)> {
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(2)?)))
}
