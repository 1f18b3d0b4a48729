//! Batches on PostgreSQL.
//!
//! A batch of one statement that cannot touch too many rows is sent alone. Any other begins with BEGIN and the id of the
//! batch, by which its outcome can be asked for. Both are one round trip (`at_once.rs`), but for a batch with a statement
//! that has no form in which the engine checks its requirement: there COMMIT is a second round trip, after the counts were
//! checked here.

use std::time::{Duration, Instant};

use super::Postgres;
use super::form::{self, Form};
use super::pipeline::{self, Answer, Failed, Query};
use super::pool::{Connection, Pool};
use super::value::{self, Meaning};
use crate::batch::{Requirement, Statement};
use crate::{Batch, CommitError, Label, Outcome, StoreError, Value, clock, params};

/// Attempts at a batch that the engine asked to run again.
const ATTEMPTS: u32 = 10;
/// The time for which a batch may wait for locks and answers before it is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// The time for which the outcome of a COMMIT without an answer is asked for.
const INQUIRY: Duration = Duration::from_secs(15);

const RECORD: &str = "INSERT INTO batches (batch_id, at) VALUES (?1, ?2)";
/// Takes the id of a batch so that it cannot be committed any more; waits while its transaction is still open.
const FENCE: &str =
    "INSERT INTO batches (batch_id, at) VALUES (?1, -1) ON CONFLICT (batch_id) DO NOTHING";
const COMMITTED: &str = "SELECT at FROM batches WHERE batch_id = ?1";

/// The outcome of one attempt.
pub(super) enum Attempt {
    Done(Outcome),
    Failed(CommitError),
    /// Nothing was applied; the engine asks for another try, or the connection was lost before COMMIT.
    Again(StoreError),
    /// COMMIT was sent and not answered.
    InDoubt(Doubt),
}

/// Why nobody knows yet whether a batch was committed.
pub(super) struct Doubt {
    pub(super) reason: StoreError,
    /// What the batch did if it was committed, where that is known.
    pub(super) outcome: Option<Outcome>,
    /// True if it has had its time, so that it is not tried again.
    pub(super) late: bool,
}

impl Attempt {
    /// Returns the doubt about a batch that may be tried again.
    fn doubt(reason: StoreError, outcome: Option<Outcome>) -> Self {
        Self::InDoubt(Doubt {
            reason,
            outcome,
            late: false,
        })
    }
}

/// The way in which a batch is sent.
enum Way {
    /// One statement, without a transaction around it: one round trip.
    Alone,
    /// Whole, in these forms: one round trip.
    AtOnce(Vec<Form>),
    /// COMMIT after the counts were checked here: two round trips.
    Counted,
}

impl Way {
    fn of(batch: &Batch) -> Self {
        if is_autocommit(batch) {
            return Self::Alone;
        }
        let forms = batch.statements.iter().map(Form::counted_there);
        match forms.collect() {
            Some(forms) => Self::AtOnce(forms),
            None => Self::Counted,
        }
    }
}

impl Postgres {
    pub(crate) async fn commit(&self, batch: &Batch) -> Result<Outcome, CommitError> {
        let way = Way::of(batch);
        let mut attempt = 0;
        loop {
            let id = self.next_batch_id();
            let tried = match &way {
                Way::Alone => self.autocommit(batch).await,
                Way::AtOnce(forms) => self.at_once(batch, forms, &id).await,
                Way::Counted => self.transaction(batch, &id).await,
            };
            let tried = match tried {
                Attempt::InDoubt(doubt) if !matches!(way, Way::Alone) => {
                    self.resolve(doubt, &id).await
                }
                tried => tried,
            };
            let reason = match tried {
                Attempt::Done(outcome) => return Ok(outcome),
                Attempt::Failed(error) => return Err(error),
                Attempt::InDoubt(doubt) => {
                    return Err(CommitError::Unknown(doubt.reason.to_string()));
                }
                Attempt::Again(reason) => reason,
            };
            attempt += 1;
            if attempt >= ATTEMPTS {
                return Err(reason.into());
            }
            tokio::time::sleep(self.pause(attempt)).await;
        }
    }

    /// Asks for the outcome of a batch.
    async fn resolve(&self, doubt: Doubt, id: &str) -> Attempt {
        let Doubt {
            reason,
            outcome,
            late,
        } = doubt;
        match (self.inquire(id).await, outcome) {
            (Some(true), Some(outcome)) => Attempt::Done(outcome),
            (Some(false), _) if late => Attempt::Failed(reason.into()),
            (Some(false), _) => Attempt::Again(reason),
            // That it was committed does not say what it did.
            (Some(true), None) | (None, _) => {
                Attempt::Failed(CommitError::Unknown(reason.to_string()))
            }
        }
    }

    async fn autocommit(&self, batch: &Batch) -> Attempt {
        let mut leased = match self.pool.get().await {
            Ok(leased) => leased,
            Err(error) => return Attempt::Failed(error.into()),
        };
        let queries: Vec<_> = batch.statements.iter().map(counted_here).collect();
        let run = pipeline::run(
            &mut leased.connection,
            None,
            &queries,
            self.pool.statements(),
        );
        let answers = match tokio::time::timeout(PATIENCE, run).await {
            Ok(Ok(answers)) => answers,
            Ok(Err(failed)) => return self.judge(failed.into()),
            Err(_) => return Attempt::doubt(too_long(), None),
        };
        match check(&batch.statements, answers) {
            Ok(outcome) => {
                leased.keep();
                Attempt::Done(outcome)
            }
            // The statement could have been committed before the connection was lost, but not on a read-only server.
            Err(Unmet::Error(error)) if value::meaning(&error) == Meaning::Lost => {
                Attempt::doubt(value::store_error(&error), None)
            }
            Err(unmet) => {
                if !unmet.is_of_connection() {
                    leased.keep();
                }
                self.judge(unmet)
            }
        }
    }

    async fn transaction(&self, batch: &Batch, id: &str) -> Attempt {
        let mut leased = match self.pool.get().await {
            Ok(leased) => leased,
            Err(error) => return Attempt::Failed(error.into()),
        };
        let recorded = params![id, clock::wall_micros()];
        let run = run_statements(&mut leased.connection, &self.pool, batch, &recorded);
        let outcome = match tokio::time::timeout(PATIENCE, run).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(unmet)) => {
                // Without an answer to ROLLBACK the connection is dropped, which undoes the transaction as well.
                if !unmet.is_of_connection()
                    && leased
                        .connection
                        .client
                        .batch_execute("ROLLBACK")
                        .await
                        .is_ok()
                {
                    leased.keep();
                }
                return self.judge(unmet);
            }
            Err(_) => return Attempt::Failed(too_long().into()),
        };
        let commit = leased.connection.client.batch_execute("COMMIT");
        match tokio::time::timeout(PATIENCE, commit).await {
            Ok(Ok(())) => {
                leased.keep();
                Attempt::Done(outcome)
            }
            // The engine has rolled back: optimistic engines find out only here.
            Ok(Err(error)) if value::meaning(&error) == Meaning::Again => {
                Attempt::Again(value::store_error(&error))
            }
            Ok(Err(error)) => Attempt::doubt(value::store_error(&error), Some(outcome)),
            Err(_) => Attempt::doubt(too_long(), Some(outcome)),
        }
    }

    /// Returns the outcome of an attempt that failed by an unmet requirement and applied nothing.
    pub(super) fn judge(&self, unmet: Unmet) -> Attempt {
        let error = match unmet {
            Unmet::Label(label) => return Attempt::Failed(CommitError::Conflict(label)),
            Unmet::Store(error) => return Attempt::Failed(error.into()),
            Unmet::Error(error) => error,
        };
        let reason = value::store_error(&error);
        match value::meaning(&error) {
            Meaning::Again => Attempt::Again(reason),
            Meaning::Lost | Meaning::WrongServer | Meaning::Stale => {
                self.pool.forget_idle();
                Attempt::Again(reason)
            }
            Meaning::Conflict | Meaning::Other => Attempt::Failed(reason.into()),
        }
    }

    /// Returns true if a batch was committed; after a `false` it cannot be committed any more. None if the database
    /// does not answer.
    async fn inquire(&self, id: &str) -> Option<bool> {
        let began = Instant::now();
        let id = params![id];
        while began.elapsed() < INQUIRY {
            let asked = tokio::time::timeout(INQUIRY, self.ask(&id)).await;
            match asked {
                Ok(Ok(committed)) => return Some(committed),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the outcome of a commit cannot be asked for yet")
                }
                Err(_) => return None,
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        None
    }

    async fn ask(&self, id: &[Value]) -> Result<bool, StoreError> {
        let mut leased = self.pool.get().await?;
        let statements = self.pool.statements();
        // Not pipelined: the answer must be read after the wait for the other transaction.
        for sql in [FENCE, COMMITTED] {
            let query = Query {
                sql,
                params: id,
                form: Form::Plain,
            };
            let answers = pipeline::run(&mut leased.connection, None, &[query], statements).await;
            let (rows, _) = super::only(answers)?;
            if let Some(row) = rows.first() {
                let committed = row.int(0)? >= 0;
                leased.keep();
                return Ok(committed);
            }
        }
        Err(StoreError::Unavailable("the fence is not there".to_owned()))
    }
}

/// Why a batch is not applied.
pub(super) enum Unmet {
    Label(Label),
    Error(tokio_postgres::Error),
    Store(StoreError),
}

impl Unmet {
    /// True if the connection must not be used again.
    pub(super) fn is_of_connection(&self) -> bool {
        let Self::Error(error) = self else {
            return false;
        };
        matches!(
            value::meaning(error),
            Meaning::Lost | Meaning::WrongServer | Meaning::Stale
        )
    }

    /// True if the engine itself has said that a statement failed, in a session that goes on: nothing of the transaction
    /// is or will be committed, even if COMMIT was sent. What says that a session ends can be a pooler's word.
    pub(super) fn is_certain(&self) -> bool {
        match self {
            Self::Label(_) => true,
            Self::Error(error) => {
                error.as_db_error().is_some() && value::meaning(error) != Meaning::Lost
            }
            Self::Store(_) => false,
        }
    }
}

impl From<Failed> for Unmet {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Prepare(error) => Self::Error(error),
            Failed::Refused(error) => Self::Store(error),
        }
    }
}

pub(super) fn too_long() -> StoreError {
    StoreError::Unavailable("the database took too long".to_owned())
}

/// Opens a transaction and runs everything but COMMIT in it: one round trip.
pub(super) async fn run_statements(
    connection: &mut Connection,
    pool: &Pool,
    batch: &Batch,
    recorded: &[Value],
) -> Result<Outcome, Unmet> {
    let mut queries = vec![record(recorded)];
    queries.extend(batch.statements.iter().map(counted_here));
    let begin = Some(pool.begin());
    let answers = pipeline::run(connection, begin, &queries, pool.statements()).await?;
    let mut answers = answers.into_iter();
    if let Some(Err(error)) = answers.next() {
        return Err(Unmet::Error(error));
    }
    check(&batch.statements, answers)
}

/// Finds the first requirement that was not met. Errors of later statements only say that the transaction has failed.
fn check(
    statements: &[Statement],
    answers: impl IntoIterator<Item = Answer>,
) -> Result<Outcome, Unmet> {
    let mut outcome = Outcome::default();
    for (statement, answer) in statements.iter().zip(answers) {
        let requirement = statement.requirement;
        let (rows, count) = answer.map_err(|error| match requirement.label() {
            Some(label) if value::meaning(&error) == Meaning::Conflict => Unmet::Label(label),
            _ => Unmet::Error(error),
        })?;
        if let Some(label) = requirement.unmet(count) {
            return Err(Unmet::Label(label));
        }
        outcome.counts.push(count);
        if requirement.returns() {
            outcome.rows.push(rows);
        }
    }
    Ok(outcome)
}

/// Returns the statement that keeps the id of a batch.
pub(super) fn record(recorded: &[Value]) -> Query<'_> {
    Query {
        sql: RECORD,
        params: recorded,
        form: Form::Plain,
    }
}

fn counted_here(statement: &Statement) -> Query<'_> {
    query(statement, Form::counted_here(statement))
}

pub(super) fn query(statement: &Statement, form: Form) -> Query<'_> {
    Query {
        sql: statement.sql,
        params: &statement.params,
        form,
    }
}

/// Returns the round trips of a batch that is not tried again.
pub(crate) fn trips(batch: &Batch) -> usize {
    match Way::of(batch) {
        Way::Alone | Way::AtOnce(_) => 1,
        Way::Counted => 2,
    }
}

/// True if the batch is one statement that never needs a rollback: any number of rows it touches is right, or it is an
/// INSERT of VALUES, which cannot touch more than one. An UPDATE that must touch one row could touch two.
fn is_autocommit(batch: &Batch) -> bool {
    let [statement] = batch.statements.as_slice() else {
        return false;
    };
    match statement.requirement {
        Requirement::Any
        | Requirement::Returning
        | Requirement::Exists(_)
        | Requirement::ExistsNow(_)
        | Requirement::None(_) => true,
        Requirement::One(_) | Requirement::OneReturning(_) => form::inserts_one_row(statement.sql),
    }
}
