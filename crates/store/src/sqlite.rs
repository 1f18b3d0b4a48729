//! The embedded engine: one writer thread with group commit, readers used directly on the async workers.
//!
//! A point read costs a few microseconds, less than any hop to another thread, so it runs where it is asked for, on a
//! connection that nobody uses at that moment. Scans go to the blocking pool. The database is in WAL mode, so that readers
//! never wait for the writer, and a commit becomes visible only after it was synced.

mod file_lock;
mod log;
mod reader;
mod snapshot;
mod value;
mod whole;
mod writer;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use crate::load::Load;
use crate::migrate::{self, Dialect};
use crate::{
    Batch, CommitError, MigrateMode, OpenError, Outcome, Row, SqliteOptions, StoreError,
    Synchronous, Value,
};
use file_lock::FileLock;
use writer::Message;

pub(crate) use snapshot::Snapshot;

/// Scans that may run at the same time; more wait.
const SCANS: usize = 4;
/// The time for which a statement waits for another program that holds the file, such as a backup tool.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept by each connection.
const STATEMENTS: usize = 256;
/// The same, and the cache in KiB, of the connections of one of many databases.
const FEW_STATEMENTS: usize = 64;
const SMALL_CACHE: i64 = 2_048;

/// The state that readers and the writer share.
pub(crate) struct Shared {
    options: SqliteOptions,
    /// False while the writer has no usable connection.
    healthy: AtomicBool,
    closed: AtomicBool,
    /// The connections for reading that nobody uses now, and how many are kept.
    readers: Mutex<Vec<Connection>>,
    kept: usize,
    /// See [`Store::share_commits_while`](crate::Store::share_commits_while).
    crowded: OnceLock<Crowded>,
}

/// Tells whether the processors have other work than to commit.
pub(crate) type Crowded = Box<dyn Fn() -> bool + Send + Sync>;

/// An open SQLite database.
pub(crate) struct Sqlite {
    shared: Arc<Shared>,
    writer: std::sync::mpsc::Sender<Message>,
    scanners: Mutex<Vec<Connection>>,
    scans: Semaphore,
}

impl Sqlite {
    pub(crate) async fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared {
            options: options.clone(),
            healthy: AtomicBool::new(true),
            closed: AtomicBool::new(false),
            readers: Mutex::default(),
            kept: reader::kept(options.one_of_many.is_some()),
            crowded: OnceLock::new(),
        });
        let lock = FileLock::take(&options.path).await?;
        if options.vfs.is_none() {
            file_lock::create_private(&options.path)
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        let connection = {
            let shared = Arc::clone(&shared);
            tokio::task::spawn_blocking(move || {
                let mut connection = shared
                    .connect()
                    .and_then(|connection| {
                        log::empty(&connection)?;
                        Ok(connection)
                    })
                    .map_err(|error| value::store_error(&error))?;
                bring_up_to_date(&mut connection, shared.options.migrate)?;
                Ok::<_, OpenError>(connection)
            })
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))??
        };
        let writer = writer::start(Arc::clone(&shared), connection, lock)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            shared,
            writer,
            scanners: Mutex::new(Vec::new()),
            scans: Semaphore::new(SCANS),
        })
    }

    /// See [`Store::share_commits_while`](crate::Store::share_commits_while).
    pub(crate) fn share_commits_while(&self, crowded: Crowded) {
        let _ = self.shared.crowded.set(crowded);
    }

    pub(crate) fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.shared.open()?;
        reader::with(&self.shared, |connection| {
            reader::select(connection, sql, params)
        })
    }

    pub(crate) fn read(
        &self,
        queries: &[(&'static str, Vec<Value>)],
    ) -> Result<Vec<Vec<Row>>, StoreError> {
        self.shared.open()?;
        if let [(sql, params)] = queries {
            return Ok(vec![self.rows(sql, params)?]);
        }
        reader::with(&self.shared, |connection| {
            // One read transaction is cheaper than a lock and an unlock for each query.
            run(connection, "BEGIN")?;
            let answers = queries
                .iter()
                .map(|(sql, params)| reader::select(connection, sql, params))
                .collect();
            run(connection, "COMMIT")?;
            answers
        })
    }

    pub(crate) async fn scan(
        self: &Arc<Self>,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.shared.open()?;
        let _permit = self.scans.acquire().await.map_err(|_| StoreError::Closed)?;
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            if this.shared.options.one_of_many.is_some() {
                return reader::with(&this.shared, |connection| {
                    reader::select(connection, sql, &params)
                });
            }
            let kept = this
                .scanners
                .lock()
                .ok()
                .and_then(|mut scanners| scanners.pop());
            let connection = match kept {
                Some(connection) => connection,
                None => this
                    .shared
                    .connect_reader()
                    .map_err(|error| value::store_error(&error))?,
            };
            let rows = reader::select(&connection, sql, &params)
                .map_err(|error| value::store_error(&error));
            if rows.is_ok()
                && let Ok(mut scanners) = this.scanners.lock()
                && this.shared.open().is_ok()
            {
                scanners.push(connection);
            }
            rows
        })
        .await
        .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Outcome, CommitError> {
        self.shared.open()?;
        let (reply, answer) = oneshot::channel();
        self.writer
            .send(Message::Commit { batch, reply })
            .map_err(|_| StoreError::Closed)?;
        // The writer answers every batch that it took, or it is gone with the batch untouched or in doubt.
        answer
            .await
            .unwrap_or_else(|_| Err(CommitError::Unknown("the writer ended".to_owned())))
    }

    pub(crate) async fn load(&self, load: Load) -> Result<(), CommitError> {
        self.shared.open()?;
        let (reply, answer) = oneshot::channel();
        self.writer
            .send(Message::Load { load, reply })
            .map_err(|_| StoreError::Closed)?;
        answer
            .await
            .unwrap_or_else(|_| Err(CommitError::Unknown("the writer ended".to_owned())))
    }

    pub(crate) fn ready(&self) -> Result<(), StoreError> {
        self.shared.open()?;
        if self.shared.healthy.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(StoreError::Unavailable(
                "the writer is reopening the file".to_owned(),
            ))
        }
    }

    pub(crate) async fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
        if let Ok(mut scanners) = self.scanners.lock() {
            scanners.clear();
        }
        reader::forget(&self.shared);
        let (done, closed) = oneshot::channel();
        if self.writer.send(Message::Close(done)).is_ok() {
            // An error means that the writer has ended already.
            closed.await.unwrap_or_default();
        }
    }
}

impl Shared {
    /// True if the processors have other work than to commit.
    fn is_crowded(&self) -> bool {
        self.crowded.get().is_some_and(|crowded| crowded())
    }

    fn open(&self) -> Result<(), StoreError> {
        if self.closed.load(Ordering::Acquire) {
            Err(StoreError::Closed)
        } else {
            Ok(())
        }
    }

    /// Opens the writer's connection.
    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = self.connect_with(
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", self.synchronous())?;
        // On macOS a plain fsync leaves the data in the disk's cache.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        connection.pragma_update(None, "journal_size_limit", log::LIMIT_BYTES)?;
        connection.pragma_update(None, "cache_size", -self.cache(16_384))?;
        if let Some(most) = self.options.one_of_many {
            let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            let pages = most / page.max(1);
            // It answers with the new bound.
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        }
        // What a batch's savepoint would undo is kept in memory: otherwise SQLite writes it to a file in 64 KiB steps,
        // which was a tenth of the CPU of creating a user.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(connection)
    }

    /// Opens a connection that copies the log into the database and does nothing else.
    fn connect_for_copying(&self) -> rusqlite::Result<Connection> {
        let connection =
            self.connect_with(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.pragma_update(None, "synchronous", self.synchronous())?;
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        // It would copy and delete the log if it were the last connection of a writer that failed.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(connection)
    }

    fn synchronous(&self) -> &'static str {
        match self.options.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Off => "OFF",
        }
    }

    fn connect_reader(&self) -> rusqlite::Result<Connection> {
        let connection =
            self.connect_with(OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.pragma_update(None, "cache_size", -self.cache(4_096))?;
        Ok(connection)
    }

    /// Returns the cache of a connection in KiB.
    fn cache(&self, usual: i64) -> i64 {
        match self.options.one_of_many.is_some() {
            true => usual.min(SMALL_CACHE),
            false => usual,
        }
    }

    fn connect_with(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        let connection = match &self.options.vfs {
            Some(vfs) => {
                Connection::open_with_flags_and_vfs(&self.options.path, flags, vfs.as_str())?
            }
            None => Connection::open_with_flags(&self.options.path, flags)?,
        };
        connection.busy_timeout(BUSY)?;
        // Plans never depend on the values bound to them; otherwise SQLite parses and plans a join with a bound name
        // again at each use, which costs five times the read itself.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(
            match self.options.one_of_many.is_some() {
                true => FEW_STATEMENTS,
                false => STATEMENTS,
            },
        );
        Ok(connection)
    }
}

/// Runs a statement without parameters and rows.
fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

/// Runs the missing migrations in one transaction.
fn bring_up_to_date(connection: &mut Connection, mode: MigrateMode) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| OpenError::Store(value::store_error(&error));
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(failed)?;
    transaction
        .execute_batch(&migrate::version_table(Dialect::Sqlite))
        .map_err(failed)?;
    let applied = {
        let mut statement = transaction.prepare(migrate::APPLIED).map_err(failed)?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .and_then(Iterator::collect::<rusqlite::Result<Vec<(i64, i64)>>>)
            .map_err(failed)?
    };
    for migration in migrate::missing(&applied, mode)? {
        for statement in migration.statements(Dialect::Sqlite) {
            transaction
                .execute_batch(&statement)
                .map_err(|error| migration.failed(&error))?;
        }
        transaction
            .execute(
                migrate::RECORD,
                rusqlite::params![
                    migration.number,
                    migration.name,
                    migration.min_program,
                    crate::clock::wall_micros()
                ],
            )
            .map_err(|error| migration.failed(&error))?;
    }
    transaction.commit().map_err(failed)
}
