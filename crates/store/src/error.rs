//! Errors. No text here ever holds a parameter or a column's value.

use crate::Label;

/// A read or a write did not work, for a reason that is not the caller's decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be used now: connection lost, disk full, I/O error, time-out. Nothing was changed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The engine refused a statement: a mistake in this program.
    #[error("the database refused a statement: {0}")]
    Refused(String),
    /// A constraint was violated by a statement that carries no label.
    #[error("a constraint was violated: {0}")]
    Constraint(String),
    /// A column held another kind than the reader expected.
    #[error("column {index}: wanted {wanted}, found {found}")]
    Column {
        /// The column, counted from 0.
        index: usize,
        /// The kind that the reader asked for.
        wanted: &'static str,
        /// The kind that was there.
        found: &'static str,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

/// A batch was not committed, or it is not known whether it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The first requirement that was not met. Nothing of the batch was applied.
    #[error("conflict: {}", .0.0)]
    Conflict(Label),
    /// The connection or the disk failed during COMMIT: the batch is either applied as a whole or not at all, and there
    /// is no way to tell which. The caller answers InternalErrorException and must not repeat the batch blindly.
    #[error("the outcome of the commit is unknown: {0}")]
    Unknown(String),
    /// Nothing of the batch was applied.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another program uses this SQLite file.
    #[error("{0} is in use by another cognate")]
    InUse(String),
    /// The database was changed by a newer program that older ones cannot read.
    #[error("the database needs a program of generation {needed} or newer; this one is {program}")]
    TooNew {
        /// The generation that the newest migration asks for.
        needed: i64,
        /// The generation of this program.
        program: i64,
    },
    /// `--migrate=check` found migrations to run.
    #[error("the database needs migrations {0}: run once with --migrate=auto")]
    NeedsMigration(String),
    /// A migration failed.
    #[error("migration {name} failed: {reason}")]
    Migration {
        /// The file's name without its ending.
        name: &'static str,
        /// The engine's message.
        reason: String,
    },
    /// The options or the connection string make no sense.
    #[error("{0}")]
    Options(String),
    /// The database cannot be reached or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
