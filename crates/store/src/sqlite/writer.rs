//! The writer thread: up to 256 waiting batches share one transaction and one sync.
//!
//! A conflict undoes its batch alone. Most conflicts show before the batch has changed anything, and there is nothing
//! to undo. When one shows later, the group is rolled back and applied again with a savepoint for each batch, and so
//! are the next groups, because conflicts often come together. Other groups have none: with savepoints SQLite copies
//! every page that a batch changes. Nothing is answered before the outer COMMIT, conflicts included: what they saw may
//! be undone with the group. While all processors compute, a group waits for others up to [`WAIT`]: a sync costs as much
//! for one batch as for many, and what computes would only be held up by it. When the file fails, the whole group fails and the store is not ready until the file was
//! opened again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::file_lock::FileLock;
use super::log::{self, Log};
use super::{Shared, reader, run, value, whole};
use crate::batch::Requirement;
use crate::load::Load;
use crate::{Batch, CommitError, Outcome, Restore, StoreError};

/// Batches that share a transaction.
const GROUP: usize = 256;
/// Batches that no longer wait for others: more of them make the sync of each hardly cheaper.
const ENOUGH: usize = 32;
/// The time that a batch waits for others at most, and after which it is looked for them.
const WAIT: Duration = Duration::from_millis(8);
const LOOK: Duration = Duration::from_millis(2);
/// Groups that get savepoints after one that had to be applied again. A client that provokes conflicts on purpose
/// then makes only one group in this many cost twice.
const CAREFUL_GROUPS: u32 = 64;
/// The time until a failed file is opened again.
const REOPEN_EVERY: Duration = Duration::from_millis(100);

pub(super) type Reply = oneshot::Sender<Result<Outcome, CommitError>>;

pub(super) enum Message {
    Commit {
        batch: Batch,
        reply: Reply,
    },
    Load {
        load: Load,
        reply: oneshot::Sender<Result<(), CommitError>>,
    },
    Restore {
        restore: Restore,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
    Close(oneshot::Sender<()>),
}

/// The way in which conflicts are undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    /// The whole group, once a batch conflicts that has changed something.
    Group,
    /// The batch, by its savepoint.
    Batch,
}

/// One answer for each batch; None when the group has to be undone.
type Applied = Option<Vec<Result<Outcome, CommitError>>>;

/// Why a batch was not applied.
enum Failure {
    /// This batch alone is at fault.
    Batch(CommitError),
    /// The file failed; the group is lost.
    Engine(StoreError),
}

struct Writer {
    shared: Arc<Shared>,
    connection: Option<Connection>,
    log: Log,
    /// The number of further groups that get savepoints.
    careful: u32,
}

/// Starts the thread. It ends with [`Message::Close`] or when every handle of the store is gone.
pub(super) fn start(
    shared: Arc<Shared>,
    connection: Connection,
    lock: FileLock,
) -> std::io::Result<Sender<Message>> {
    let (sender, receiver) = channel();
    std::thread::Builder::new()
        .name("cognate-writer".to_owned())
        .spawn(move || {
            let mut writer = Writer {
                shared,
                connection: None,
                log: Log::default(),
                careful: 0,
            };
            writer.adopt(connection);
            let closing = writer.serve(&receiver);
            writer.finish();
            drop(lock);
            if let Some(done) = closing {
                // Nobody listens when the caller of `close` was cancelled.
                done.send(()).unwrap_or_default();
            }
        })?;
    Ok(sender)
}

impl Writer {
    fn serve(&mut self, messages: &Receiver<Message>) -> Option<oneshot::Sender<()>> {
        loop {
            let first = if self.connection.is_some() {
                messages.recv().ok()?
            } else {
                match messages.recv_timeout(REOPEN_EVERY) {
                    Ok(message) => message,
                    Err(RecvTimeoutError::Timeout) => {
                        self.reopen();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            };
            let mut batches = Vec::new();
            let mut replies = Vec::new();
            let mut loading = None;
            let mut restoring = None;
            let mut closing = None;
            let mut waited = Duration::ZERO;
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Commit { batch, reply } => {
                        batches.push(batch);
                        replies.push(reply);
                    }
                    // In a transaction of its own, after the batches that came before it.
                    Message::Load { load, reply } => {
                        loading = Some((load, reply));
                        break;
                    }
                    Message::Restore { restore, reply } => {
                        restoring = Some((restore, reply));
                        break;
                    }
                    Message::Close(done) => {
                        closing = Some(done);
                        break;
                    }
                }
                next = if batches.len() < GROUP {
                    messages.try_recv().ok()
                } else {
                    None
                };
                while next.is_none()
                    && waited < WAIT
                    && batches.len() < ENOUGH
                    && self.shared.is_crowded()
                {
                    // Whoever sends meanwhile wakes nobody.
                    std::thread::sleep(LOOK);
                    waited += LOOK;
                    next = messages.try_recv().ok();
                }
            }
            if !batches.is_empty() {
                let answers = self.commit(&batches);
                for (reply, answer) in replies.into_iter().zip(answers) {
                    // Nobody listens when the request was given up; the batch stays committed.
                    reply.send(answer).unwrap_or_default();
                }
                self.checkpoint();
            }
            if let Some((load, reply)) = loading {
                let answer = self.load(&load);
                // Nobody listens when the restore was given up.
                reply.send(answer).unwrap_or_default();
                self.checkpoint();
            }
            if let Some((restore, reply)) = restoring {
                let answer = self.restore(&restore);
                let done = answer.is_ok();
                // Nobody listens when the request was given up; the database is replaced.
                reply.send(answer).unwrap_or_default();
                if done {
                    self.restart_log();
                }
            }
            if closing.is_some() {
                return closing;
            }
        }
    }

    /// Commits the batches together; returns one answer for each.
    fn commit(&mut self, batches: &[Batch]) -> Vec<Result<Outcome, CommitError>> {
        if self.connection.is_none() {
            self.reopen();
        }
        let Some(connection) = &self.connection else {
            let error = StoreError::Unavailable("the file could not be opened again".to_owned());
            return batches.iter().map(|_| Err(error.clone().into())).collect();
        };
        let applied = match self.careful.checked_sub(1) {
            Some(fewer) => {
                self.careful = fewer;
                apply(connection, batches, Undo::Batch)
            }
            None => apply(connection, batches, Undo::Group).and_then(|applied| {
                if applied.is_some() {
                    return Ok(applied);
                }
                self.careful = CAREFUL_GROUPS;
                run(connection, "ROLLBACK").map_err(|error| value::store_error(&error))?;
                apply(connection, batches, Undo::Batch)
            }),
        };
        let undone = || StoreError::Unavailable("a group of batches was undone".to_owned());
        let answers = match applied.and_then(|answers| answers.ok_or_else(undone)) {
            Ok(answers) => answers,
            Err(error) => {
                self.fail(&error);
                return batches.iter().map(|_| Err(error.clone().into())).collect();
            }
        };
        match run(connection, "COMMIT") {
            Ok(()) => answers,
            Err(error) => {
                // The log may hold the whole commit although syncing it failed: after a crash it could come back.
                let error = value::store_error(&error);
                self.fail(&error);
                answers
                    .into_iter()
                    .map(|answer| {
                        Err(match answer {
                            Ok(_) => CommitError::Unknown(error.to_string()),
                            Err(_) => error.clone().into(),
                        })
                    })
                    .collect()
            }
        }
    }

    /// Adds the rows of a load and applies its guard, both or neither.
    fn load(&mut self, load: &Load) -> Result<(), CommitError> {
        if self.connection.is_none() {
            self.reopen();
        }
        let Some(connection) = &self.connection else {
            let error = StoreError::Unavailable("the file could not be opened again".to_owned());
            return Err(error.into());
        };
        let failure = match add_rows(connection, load) {
            Ok(()) => match run(connection, "COMMIT") {
                Ok(()) => return Ok(()),
                Err(error) => {
                    let error = value::store_error(&error);
                    self.fail(&error);
                    return Err(CommitError::Unknown(error.to_string()));
                }
            },
            Err(failure) => failure,
        };
        let error = match failure {
            Failure::Batch(error) => match run(connection, "ROLLBACK") {
                Ok(()) => return Err(error),
                Err(error) => value::store_error(&error),
            },
            Failure::Engine(error) => error,
        };
        self.fail(&error);
        Err(error.into())
    }

    fn restore(&mut self, restore: &Restore) -> Result<(), StoreError> {
        if self.connection.is_none() {
            self.reopen();
        }
        let unusable = || StoreError::Unavailable("the file could not be opened again".to_owned());
        let connection = self.connection.as_mut().ok_or_else(unusable)?;
        let replaced = whole::replace(connection, restore);
        if let Err(error @ StoreError::Unavailable(_)) = &replaced {
            self.fail(error);
        }
        replaced
    }

    /// Has the log copied into the database: a restore grows it, and nothing counts by how much.
    fn restart_log(&mut self) {
        self.log.end();
        let Some(connection) = self.connection.take() else {
            return;
        };
        // What readers keep in it is copied after a later commit.
        let copied = log::checkpoint(&connection, "PRAGMA wal_checkpoint(PASSIVE)");
        self.adopt(connection);
        if let Err(error) = copied {
            self.fail(&value::store_error(&error));
        }
    }

    fn fail(&mut self, error: &StoreError) {
        self.shared.healthy.store(false, Ordering::Release);
        self.connection = None;
        tracing::error!(%error, "the database file failed; opening it again");
    }

    fn reopen(&mut self) {
        self.log.end();
        let tried = self.shared.connect().and_then(|connection| {
            log::settle(&connection)?;
            Ok(connection)
        });
        match tried {
            Ok(connection) => {
                self.adopt(connection);
                tracing::info!("the database file was opened again");
            }
            Err(error) => tracing::warn!(%error, "the database file cannot be opened yet"),
        }
    }

    fn adopt(&mut self, mut connection: Connection) {
        self.log.watch(&mut connection);
        self.connection = Some(connection);
        self.shared.healthy.store(true, Ordering::Release);
    }

    /// Has the log copied into the database when it has grown, after the answers have left.
    fn checkpoint(&mut self) {
        if let Some(connection) = &self.connection
            && let Err(error) = self.log.after_commit(connection, &self.shared)
        {
            self.fail(&error);
        }
    }

    /// Leaves one file behind, without a log.
    fn finish(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        self.log.end();
        if let Some(connection) = self.connection.take() {
            let done = log::checkpoint(&connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            if let Err(error) = done {
                tracing::warn!(%error, "the last checkpoint failed; the log keeps what it has");
            }
        }
    }
}

impl Drop for Writer {
    /// Also when the thread panics: a store without its writer is not ready.
    fn drop(&mut self) {
        self.shared.healthy.store(false, Ordering::Release);
    }
}

/// Applies the batches in a new transaction; the caller commits it, or rolls it back when the answer is None. An error
/// means that the transaction is gone.
fn apply(connection: &Connection, batches: &[Batch], undo: Undo) -> Result<Applied, StoreError> {
    let engine = |error: rusqlite::Error| StoreError::Unavailable(error.to_string());
    let savepoint = |sql: &str| match undo {
        Undo::Group => Ok(()),
        Undo::Batch => run(connection, sql).map_err(engine),
    };
    run(connection, "BEGIN IMMEDIATE").map_err(engine)?;
    let mut answers = Vec::with_capacity(batches.len());
    for batch in batches {
        let changes = connection.total_changes();
        savepoint("SAVEPOINT batch")?;
        match apply_one(connection, batch) {
            Ok(outcome) => answers.push(Ok(outcome)),
            Err(Failure::Batch(error)) => {
                if undo == Undo::Group && connection.total_changes() != changes {
                    return Ok(None);
                }
                savepoint("ROLLBACK TO batch")?;
                answers.push(Err(error));
            }
            Err(Failure::Engine(error)) => return Err(error),
        }
        savepoint("RELEASE batch")?;
    }
    Ok(Some(answers))
}

fn apply_one(connection: &Connection, batch: &Batch) -> Result<Outcome, Failure> {
    let mut outcome = Outcome {
        rows: Vec::new(),
        counts: Vec::with_capacity(batch.statements.len()),
    };
    for statement in &batch.statements {
        let requirement = statement.requirement;
        let execute = || {
            let mut prepared = connection.prepare_cached(statement.sql)?;
            value::bind(&mut prepared, &statement.params)?;
            match requirement {
                Requirement::Exists(_) | Requirement::ExistsNow(_) | Requirement::None(_) => {
                    Ok((prepared.raw_query().next()?.is_some().into(), None))
                }
                Requirement::Returning | Requirement::OneReturning(_) => {
                    let rows = reader::collect(&mut prepared)?;
                    Ok((rows.len(), Some(rows)))
                }
                Requirement::Any | Requirement::One(_) => Ok((prepared.raw_execute()?, None)),
            }
        };
        let (count, rows) =
            execute().map_err(|error: rusqlite::Error| failure(connection, &error, requirement))?;
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Some(label) = requirement.unmet(count) {
            return Err(Failure::Batch(CommitError::Conflict(label)));
        }
        outcome.counts.push(count);
        outcome.rows.extend(rows);
    }
    Ok(outcome)
}

/// Applies the guard and adds the rows in a new transaction.
fn add_rows(connection: &Connection, load: &Load) -> Result<(), Failure> {
    let begun = run(connection, "BEGIN IMMEDIATE");
    begun.map_err(|error| Failure::Engine(StoreError::Unavailable(error.to_string())))?;
    apply_one(connection, &load.guard)?;
    let added = || {
        let mut statement = connection.prepare(&load.insert())?;
        for row in &load.rows {
            value::bind(&mut statement, row)?;
            statement.raw_execute()?;
        }
        Ok(())
    };
    added().map_err(|error: rusqlite::Error| failure(connection, &error, Requirement::Any))
}

fn failure(connection: &Connection, error: &rusqlite::Error, requirement: Requirement) -> Failure {
    // Some failures end the transaction by themselves, and the batches before with it.
    if value::is_engine_failure(error) || connection.is_autocommit() {
        return Failure::Engine(StoreError::Unavailable(error.to_string()));
    }
    match requirement.label() {
        Some(label) if value::is_conflict(error) => Failure::Batch(CommitError::Conflict(label)),
        _ => Failure::Batch(CommitError::Store(value::store_error(error))),
    }
}
