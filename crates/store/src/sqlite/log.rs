//! The write-ahead log: when it is copied into the database, and by whom.
//!
//! A thread of its own copies a log that has grown, so that no request waits for the disk meanwhile; commits go on behind what
//! it copies. The log starts again from its beginning when all of it is copied. The writer copies the small rest itself for that,
//! and, when the log has become long, waits for readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{BUSY, Shared, value};
use crate::StoreError;

/// The log is copied when it has this many pages (of 4 KiB), and again after as many more.
const COPIED_PAGES: i32 = 4_000;
/// What was added to the log during a copy is copied by the writer if it is not more than this.
const REST_PAGES: i32 = 400;
/// From this many pages on, the writer copies what is left and waits for readers so that the log can start again.
const RESTART_PAGES: i32 = 16_000;
/// From this many pages on, the writer waits for the copy: the disk cannot keep up.
const MOST_PAGES: i32 = 64_000;
/// The time for which the writer waits for readers, and the time until it tries again.
const RESTART_WAIT: Duration = Duration::from_millis(250);
const RESTART_EVERY: Duration = Duration::from_secs(1);
/// A log file that starts again is cut to this size.
pub(super) const LIMIT_BYTES: i64 = 64 << 20;

/// A copy by a thread of its own.
struct Copying(JoinHandle<Result<(), StoreError>>);

impl Copying {
    fn start(shared: &Arc<Shared>) -> std::io::Result<Self> {
        let shared = Arc::clone(shared);
        let copy = move || {
            let copied = shared
                .connect_for_copying()
                .and_then(|connection| checkpoint(&connection, "PRAGMA wal_checkpoint(PASSIVE)"));
            copied.map_err(|error| value::store_error(&error))
        };
        let builder = std::thread::Builder::new().name("cognate-checkpoint".to_owned());
        Ok(Self(builder.spawn(copy)?))
    }

    fn is_done(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits for the end.
    fn end(self) -> Result<(), StoreError> {
        let panicked = || StoreError::Unavailable("the copy of the log ended early".to_owned());
        self.0.join().unwrap_or_else(|_| Err(panicked()))
    }
}

/// What the writer knows of the log.
#[derive(Default)]
pub(super) struct Log {
    /// Pages in it after the last commit.
    pages: Arc<AtomicI32>,
    /// The copy that is under way.
    copy: Option<Copying>,
    /// Pages in it when the last copy began; 0 when it has started again since.
    copied: i32,
    restart_tried: Option<Instant>,
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

    /// True until the end of a copy was noticed.
    pub(super) fn is_being_copied(&self) -> bool {
        self.copy.is_some()
    }

    /// Has the log copied if it has grown enough. An error means that the file has failed.
    pub(super) fn after_commit(
        &mut self,
        connection: &Connection,
        shared: &Arc<Shared>,
    ) -> Result<(), StoreError> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.copied {
            self.copied = 0;
        }
        let ended = self
            .copy
            .take_if(|copy| copy.is_done() || pages >= MOST_PAGES);
        let just_copied = ended.is_some();
        if let Some(copy) = ended {
            copy.end()?;
        }
        if self.copy.is_some() {
            return Ok(());
        }
        let must_restart = pages >= RESTART_PAGES
            && self
                .restart_tried
                .is_none_or(|tried| tried.elapsed() >= RESTART_EVERY);
        let passive = || checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        let done = if must_restart {
            self.restart_tried = Some(Instant::now());
            connection
                .busy_timeout(RESTART_WAIT)
                .and_then(|()| checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)"))
                .and_then(|()| connection.busy_timeout(BUSY))
        } else if just_copied && self.copied > 0 && pages - self.copied <= REST_PAGES {
            passive()
        } else if pages - self.copied >= COPIED_PAGES {
            self.copied = pages;
            match Copying::start(shared) {
                Ok(copy) => {
                    self.copy = Some(copy);
                    Ok(())
                }
                // Without another thread the writer does it.
                Err(_) => passive(),
            }
        } else {
            Ok(())
        };
        done.map_err(|error| value::store_error(&error))
    }

    /// Waits for a copy that is under way: before the file is opened again or closed, since only one can copy. How it ended says
    /// nothing of the file as it is then.
    pub(super) fn end_copy(&mut self) {
        self.copied = 0;
        if let Some(Err(error)) = self.copy.take().map(Copying::end) {
            tracing::warn!(%error, "the log could not be copied");
        }
    }
}

/// Repairs a file whose sync has failed. The operating system may have dropped the pages of the log that it could not
/// write and call the next sync a success, so nothing may be appended behind them: the whole log is copied into the
/// database, and a new one begins. Then a write that changes nothing shows that the disk accepts writes.
pub(super) fn settle(connection: &Connection) -> rusqlite::Result<()> {
    empty_log(connection)?;
    connection.pragma_update(None, "user_version", 1)
}

/// Copies the whole log into the database and syncs both. A log found on opening may hold commits that were written but
/// not yet synced when the last program was killed, and no reader may see them before they are durable.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(code, None));
    }
    Ok(())
}

/// Runs a checkpoint.
pub(super) fn checkpoint(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.query_row(sql, [], |_| Ok(()))
}
