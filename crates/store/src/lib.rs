//! The store: everything the other crates see of a database.
//!
//! Reads are [`Store::rows`] (point reads and index-ordered pages) and [`Store::scan`] (long reads). A write is one
//! [`Batch`]: statements with requirements, applied all or not at all. There are no interactive transactions: rows
//! carry a `ver`, a caller reads, decides, and commits with the versions it has seen. After [`Store::commit`] has
//! returned, every later read on the same node sees the batch. Only `sqlite` and `postgres` know an engine.

mod batch;
mod clock;
mod error;
mod load;
mod migrate;
mod options;
pub mod percent;
mod postgres;
pub mod signed;
mod snapshot;
mod sqlite;
pub mod tables;
mod value;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use batch::{Batch, Label, Outcome};
pub use error::{CommitError, OpenError, StoreError};
pub use load::Load;
pub use migrate::{PROGRAM_GENERATION, newest_migration};
pub use options::{MigrateMode, PostgresOptions, SqliteOptions, StoreOptions, Synchronous};
pub use postgres::{forms_on_postgres, prepare_schema};
pub use snapshot::Snapshot;
pub use tables::Query;
use tables::audit::{Trail, TrailKey};
pub use value::{Row, Value};

/// An open database. A clone is another handle of the same one.
#[derive(Clone)]
pub struct Store {
    driver: Driver,
    counters: Arc<Counters>,
    /// Of all handles together.
    all: Arc<Counters>,
    ends: Arc<Ends>,
    trail: Arc<Trail>,
}

/// A file of [`Store::copy_to`] that is to replace the database.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The file.
    pub from: std::path::PathBuf,
    /// The names of values in `meta` that must be the same in the file and in the database.
    pub same: &'static [&'static str],
}

/// Counts of the batches and loads of all handles of a database since it was opened, by their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Those that are durable.
    pub applied: u64,
    /// Those of which a requirement was not met.
    pub conflicts: u64,
    /// Those that failed otherwise, or of which nobody knows.
    pub failed: u64,
}

#[derive(Default)]
struct Ends {
    applied: AtomicU64,
    conflicts: AtomicU64,
    failed: AtomicU64,
}

impl Ends {
    fn count<T>(&self, outcome: &Result<T, CommitError>) {
        let counter = match outcome {
            Ok(_) => &self.applied,
            Err(CommitError::Conflict(_)) => &self.conflicts,
            Err(_) => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts of the work done since a store was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// SELECT statements of [`Store::rows`], [`Store::read`] and [`Store::scan`].
    pub reads: u64,
    /// Batches, whatever their outcome was.
    pub commits: u64,
    /// The statements in them.
    pub statements: u64,
    /// Round trips: one for each call of [`Store::rows`], [`Store::read`] and [`Store::scan`], and those of each batch. On
    /// SQLite they cross no network. What a connection prepares once and what is tried again is not counted, and loads
    /// are not.
    pub trips: u64,
}

#[derive(Default)]
struct Counters {
    reads: AtomicU64,
    commits: AtomicU64,
    statements: AtomicU64,
    trips: AtomicU64,
}

impl Counters {
    fn read(&self) -> Work {
        Work {
            reads: self.reads.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
            trips: self.trips.load(Ordering::Relaxed),
        }
    }
}

/// The calls of PostgreSQL are on the heap: they wait for the network, and have ten times the state of those of SQLite, which
/// every request that reads would have to move.
#[derive(Clone)]
enum Driver {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.engine_name())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database and brings its schema up to date, or refuses, as the options say.
    ///
    /// # Errors
    /// [`OpenError`]: in use by another program, unreachable, too new, or in need of migrations that may not run.
    pub async fn open(options: &StoreOptions) -> Result<Self, OpenError> {
        let driver = match options {
            StoreOptions::Sqlite(options) => {
                Driver::Sqlite(Arc::new(sqlite::Sqlite::open(options).await?))
            }
            StoreOptions::Postgres(options) => {
                Driver::Postgres(Arc::new(postgres::Postgres::open(options).await?))
            }
        };
        Ok(Self {
            driver,
            counters: Arc::default(),
            all: Arc::default(),
            ends: Arc::default(),
            trail: Arc::default(),
        })
    }

    /// Sets the key by which rows of the audit trail are signed; without it none can be appended. A key that is set stays.
    pub fn set_trail_key(&self, key: Box<dyn TrailKey>) {
        let _ = self.trail.key.set(key);
    }

    /// Waits until this process has committed rows of the audit trail since the last wait. For one waiter.
    pub async fn trail_appended(&self) {
        self.trail.appended.notified().await;
    }

    /// Lets batches wait a few milliseconds for others to share their commit while `crowded` says that the processors have
    /// other work: the sync of a commit costs as much for one batch as for many. Once; PostgreSQL decides by itself.
    pub fn share_commits_while(&self, crowded: impl Fn() -> bool + Send + Sync + 'static) {
        if let Driver::Sqlite(driver) = &self.driver {
            driver.share_commits_while(Box::new(crowded));
        }
    }

    /// Returns the work since the store was opened. It shows whether two requests cost the same.
    #[must_use]
    pub fn work(&self) -> Work {
        self.counters.read()
    }

    /// Returns the work of all handles since the store was opened.
    #[must_use]
    pub fn work_of_all(&self) -> Work {
        self.all.read()
    }

    /// Adds to a counter of this handle and of all.
    fn count(&self, counter: impl Fn(&Counters) -> &AtomicU64, n: usize) {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        for counters in [&self.counters, &self.all] {
            counter(counters).fetch_add(n, Ordering::Relaxed);
        }
    }

    /// Returns another handle of the database, whose work is counted apart: for work in the background, which says
    /// nothing about what a request costs.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            driver: self.driver.clone(),
            counters: Arc::default(),
            all: Arc::clone(&self.all),
            ends: self.ends.clone(),
            trail: self.trail.clone(),
        }
    }

    /// Returns how the batches of all handles ended since the database was opened.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals {
            applied: self.ends.applied.load(Ordering::Relaxed),
            conflicts: self.ends.conflicts.load(Ordering::Relaxed),
            failed: self.ends.failed.load(Ordering::Relaxed),
        }
    }

    /// Reads by a key or an index: a point, or a page with a LIMIT.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rows(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.count(|of| &of.reads, 1);
        self.count(|of| &of.trips, 1);
        match &self.driver {
            Driver::Sqlite(driver) => driver.rows(sql, &params),
            Driver::Postgres(driver) => Box::pin(driver.rows(sql, params)).await,
        }
    }

    /// Returns the first row of a read, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn row(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// Reads the first row of a query, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn first(&self, (sql, params): Query) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// Reads all rows of a query, as [`rows`](Self::rows) does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all(
        &self,
        (sql, params): Query,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send {
        self.rows(sql, params)
    }

    /// Several point reads; one round trip on PostgreSQL. The answers are in the order of the queries. Each query sees
    /// what is committed when it runs: on PostgreSQL they share no snapshot.
    ///
    /// # Errors
    /// [`StoreError`] of the first read that failed.
    pub async fn read(&self, queries: &[Query]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.count(|of| &of.reads, queries.len());
        self.count(|of| &of.trips, 1);
        match &self.driver {
            Driver::Sqlite(driver) => driver.read(queries),
            Driver::Postgres(driver) => Box::pin(driver.read(queries)).await,
        }
    }

    /// Runs a long read (counting, a page that no index serves) off the async workers.
    ///
    /// All rows are in memory at once. Whatever walks a table that grows with its pools (an export, a backup) must read
    /// it page by page, by its key and with a LIMIT.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn scan(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.count(|of| &of.reads, 1);
        self.count(|of| &of.trips, 1);
        match &self.driver {
            Driver::Sqlite(driver) => driver.scan(sql, params).await,
            Driver::Postgres(driver) => Box::pin(driver.rows(sql, params)).await,
        }
    }

    /// Applies a batch, all or nothing, and returns when it is durable.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] with the label of the first unmet requirement, [`CommitError::Unknown`] when the
    /// database was lost during COMMIT, [`CommitError::Store`] when nothing was applied for another reason.
    pub async fn commit(&self, mut batch: Batch) -> Result<Outcome, CommitError> {
        if batch.is_empty() {
            return Ok(Outcome::default());
        }
        debug_assert_eq!(
            tables::guards::leaves_rows(&batch),
            None,
            "rows that stay, of a pool that nothing holds"
        );
        debug_assert_eq!(
            tables::guards::shares_and_writes(&batch),
            None,
            "a row is written after a guard has found it"
        );
        let appends = self.trail.sign(&mut batch)?;
        self.count(|of| &of.commits, 1);
        self.count(|of| &of.statements, batch.len());
        let trips = match &self.driver {
            Driver::Sqlite(_) => 1,
            Driver::Postgres(_) => postgres::trips(&batch),
        };
        self.count(|of| &of.trips, trips);
        let outcome = match &self.driver {
            Driver::Sqlite(driver) => driver.commit(batch).await,
            Driver::Postgres(driver) => Box::pin(driver.commit(&batch)).await,
        };
        self.ends.count(&outcome);
        if appends {
            // After an unknown outcome too: there may be something.
            self.trail.appended.notify_one();
        }
        outcome
    }

    /// Begins to read the database as it is now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot(match &self.driver {
            Driver::Sqlite(driver) => snapshot::Engine::Sqlite(driver.snapshot().await?),
            Driver::Postgres(driver) => {
                snapshot::Engine::Postgres(Box::new(driver.snapshot().await?))
            }
        }))
    }

    /// Adds many rows of one table, all or none.
    ///
    /// # Errors
    /// [`CommitError`]: the label of a requirement of its guard that was not met; [`StoreError::Constraint`] for a row
    /// that is there already.
    pub async fn load(&self, load: Load) -> Result<(), CommitError> {
        self.count(|of| &of.commits, 1);
        self.count(|of| &of.statements, load.rows.len());
        let outcome = match &self.driver {
            Driver::Sqlite(driver) => driver.load(load).await,
            Driver::Postgres(driver) => Box::pin(driver.load(&load)).await,
        };
        self.ends.count(&outcome);
        outcome
    }

    /// Copies the database as it is now into the file `path`, which its owner alone may read. SQLite only.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be written; [`StoreError::Refused`] on PostgreSQL.
    pub async fn copy_to(&self, path: &std::path::Path) -> Result<(), StoreError> {
        match &self.driver {
            Driver::Sqlite(driver) => driver.copy_to(path).await,
            Driver::Postgres(_) => Err(no_files()),
        }
    }

    /// Replaces the whole database by a copy, in one transaction. What the caller keeps in memory is then of another
    /// state. SQLite only.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a file of another database, and on PostgreSQL; nothing was changed then.
    pub async fn restore(&self, restore: Restore) -> Result<(), StoreError> {
        match &self.driver {
            Driver::Sqlite(driver) => driver.restore(restore).await,
            Driver::Postgres(_) => Err(no_files()),
        }
    }

    /// Checks that reads and writes can work now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Closed`].
    pub async fn ready(&self) -> Result<(), StoreError> {
        match &self.driver {
            Driver::Sqlite(driver) => driver.ready(),
            Driver::Postgres(driver) => driver.ready().await,
        }
    }

    /// Finishes what was accepted and closes the database. Later calls are [`StoreError::Closed`].
    pub async fn close(&self) {
        match &self.driver {
            Driver::Sqlite(driver) => driver.close().await,
            Driver::Postgres(driver) => driver.close(),
        }
    }

    /// True if a point read is answered at once, by the thread that asks: on SQLite. A read that may not be needed then costs
    /// more than a read of its own later.
    #[must_use]
    pub fn reads_inline(&self) -> bool {
        matches!(self.driver, Driver::Sqlite(_))
    }

    /// True if one thread of this process writes all that is committed: on SQLite.
    pub(crate) fn has_one_writer(&self) -> bool {
        matches!(self.driver, Driver::Sqlite(_))
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        match &self.driver {
            Driver::Sqlite(_) => "sqlite",
            Driver::Postgres(_) => "postgres",
        }
    }

    /// Returns the name of a setting of the database by which it answers before a commit is durable, if there is one. A
    /// crash of the database then loses what was acknowledged; SQLite is always opened with full syncing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answers_too_early(&self) -> Result<Option<String>, StoreError> {
        match &self.driver {
            Driver::Sqlite(_) => Ok(None),
            Driver::Postgres(driver) => driver.answers_too_early().await,
        }
    }

    /// Returns the database's clock minus this node's, in microseconds; 0 on SQLite, which has no clock of its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn wall_skew(&self) -> Result<i64, StoreError> {
        match &self.driver {
            Driver::Sqlite(_) => Ok(0),
            Driver::Postgres(driver) => driver.wall_skew().await,
        }
    }
}

fn no_files() -> StoreError {
    StoreError::Refused("a database of PostgreSQL is no file".to_owned())
}
