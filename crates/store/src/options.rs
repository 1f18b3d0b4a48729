//! Options that say where the database is and how it is opened.

use std::path::PathBuf;

/// The treatment of migrations that the database does not have yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MigrateMode {
    /// Run them before the first use.
    #[default]
    Auto,
    /// Refuse to open.
    Check,
}

/// The point at which a SQLite commit counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// When the disk has it.
    #[default]
    Full,
    /// When the operating system has it. A crash of the machine loses acknowledged data: for copies that end with the
    /// process, and the control run of the durability test.
    Off,
}

/// The embedded engine.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The database file; `-wal`, `-shm` and `.lock` files are beside it.
    pub path: PathBuf,
    /// The point at which a commit counts as done.
    pub synchronous: Synchronous,
    /// A file layer registered with SQLite under this name, for tests of crashes.
    pub vfs: Option<String>,
    /// The treatment of missing migrations.
    pub migrate: MigrateMode,
    /// For one of many databases of a process the most bytes of its file, beyond which commits fail; it has few connections
    /// and small caches. None for the only one.
    pub one_of_many: Option<i64>,
}

/// Any engine that speaks PostgreSQL's protocol.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host1,host2/name?target_session_attrs=read-write&…`; docs at
    /// [`StoreOptions::postgres`].
    pub url: String,
    /// The largest number of connections of this node.
    pub connections: usize,
    /// The treatment of missing migrations.
    pub migrate: MigrateMode,
}

impl std::fmt::Debug for PostgresOptions {
    /// Without the connection string, which can hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("connections", &self.connections)
            .field("migrate", &self.migrate)
            .finish_non_exhaustive()
    }
}

/// The database to open. Made by [`sqlite`](Self::sqlite) or [`postgres`](Self::postgres).
#[derive(Clone, Debug)]
pub enum StoreOptions {
    /// A file of this machine.
    Sqlite(SqliteOptions),
    /// A server.
    Postgres(PostgresOptions),
}

impl StoreOptions {
    /// Returns the options for a SQLite file, every commit synced, migrated on opening.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self::Sqlite(SqliteOptions {
            path: path.into(),
            synchronous: Synchronous::Full,
            vfs: None,
            migrate: MigrateMode::Auto,
            one_of_many: None,
        })
    }

    /// Returns the options for one of many SQLite files of a process whose data ends with it: it has `most_bytes` bytes at most,
    /// and no commit waits for the disk.
    pub fn scratch(path: impl Into<PathBuf>, most_bytes: i64) -> Self {
        Self::Sqlite(SqliteOptions {
            path: path.into(),
            synchronous: Synchronous::Off,
            vfs: None,
            migrate: MigrateMode::Check,
            one_of_many: Some(most_bytes),
        })
    }

    /// Returns the options for a PostgreSQL connection string, migrated on opening.
    ///
    /// Beside libpq's parameters (several hosts, `target_session_attrs`, `connect_timeout`, `options`, …):
    /// - `sslmode=verify-full` is the default beyond loopback; `require` and `verify-ca` mean the same here, because a
    ///   connection that checks less can be intercepted; `disable` is obeyed; `allow` and `prefer` are refused.
    /// - `sslrootcert=FILE` trusts the PEM certificates of the file instead of the system's.
    /// - `pgbouncer=true` (or `statement_cache=off`) uses unnamed statements only, for poolers in transaction mode.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::Postgres(PostgresOptions {
            url: url.into(),
            connections: 16,
            migrate: MigrateMode::Auto,
        })
    }

    /// Returns the same database with another migration mode.
    #[must_use]
    pub fn migrate(mut self, mode: MigrateMode) -> Self {
        match &mut self {
            Self::Sqlite(options) => options.migrate = mode,
            Self::Postgres(options) => options.migrate = mode,
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_printed_without_the_password() {
        let options = StoreOptions::postgres("postgres://u:hunter2@localhost/d");
        assert!(!format!("{options:?}").contains("hunter2"));
    }
}
