//! A batch in one round trip: BEGIN, its statements and COMMIT are sent together.
//!
//! Nothing is answered before COMMIT was. Requirements that are not met are errors of the engine ([`Form`]), after which
//! COMMIT is a ROLLBACK; the client library does not show which it was. So a COMMIT counts only after every statement
//! before it was answered without an error: the engine has no other reason for a ROLLBACK. From the moment when COMMIT is
//! sent, a lost connection leaves a doubt, whatever was answered before; `commit.rs` asks for the outcome then.

use std::pin::pin;
use std::time::Duration;

use tokio_postgres::Error;

use super::Postgres;
use super::commit::{Attempt, Doubt, PATIENCE, Unmet, query, record, too_long};
use super::form::{self, Form};
use super::pipeline::{self, Answer, Failed, Sent};
use super::pool::Connection;
use super::value::{self, Meaning};
use crate::batch::{Requirement, Statement};
use crate::{Batch, Outcome, Row, StoreError, clock, params};

/// The time for which the answers to a batch that was given up are awaited.
const GIVEN_UP: Duration = Duration::from_secs(5);

impl Postgres {
    /// Runs a batch in forms that fail in the engine where a requirement is not met.
    pub(super) async fn at_once(&self, batch: &Batch, forms: &[Form], id: &str) -> Attempt {
        let mut leased = match self.pool.get().await {
            Ok(leased) => leased,
            Err(error) => return Attempt::Failed(error.into()),
        };
        let (sent, late) = self.send(&mut leased.connection, batch, forms, id).await;
        let doubt = |reason, outcome| {
            Attempt::InDoubt(Doubt {
                reason,
                outcome,
                late,
            })
        };
        let Some(sent) = sent else {
            return doubt(too_long(), expected(&batch.statements));
        };
        let Sent {
            begun,
            answers,
            committed,
        } = match sent {
            Ok(sent) => sent,
            Err(failed) => return self.judge(failed.into()),
        };
        let outcome = match settle(&batch.statements, forms, begun, answers) {
            Ok(outcome) => outcome,
            Err(unmet) => {
                if committed.is_some() && !unmet.is_certain() {
                    return match unmet {
                        Unmet::Error(error) => {
                            doubt(value::store_error(&error), expected(&batch.statements))
                        }
                        Unmet::Store(error) => doubt(error, None),
                        Unmet::Label(_) => self.judge(unmet),
                    };
                }
                // A server that was told to give up may do so with what comes next.
                let has_ended = !late
                    && !unmet.is_of_connection()
                    && match committed {
                        Some(answer) => answer.is_ok(),
                        // Without an answer the connection is dropped, which undoes the transaction as well.
                        None => {
                            let client = &leased.connection.client;
                            client.batch_execute("ROLLBACK").await.is_ok()
                        }
                    };
                if has_ended {
                    leased.keep();
                }
                return self.judge(unmet);
            }
        };
        match committed {
            Some(Ok(())) => {
                if !late {
                    leased.keep();
                }
                Attempt::Done(outcome)
            }
            // The engine has rolled back: optimistic engines find out only here.
            Some(Err(error)) if value::meaning(&error) == Meaning::Again => {
                Attempt::Again(value::store_error(&error))
            }
            Some(Err(error)) => doubt(value::store_error(&error), Some(outcome)),
            // Never: only a statement that failed keeps COMMIT back.
            None => Attempt::Failed(too_long().into()),
        }
    }

    /// Sends the batch and awaits the answers. What takes too long, in most cases a statement that waits for a lock, the
    /// server is told to give up, so that it is not committed later: true then, and None if it has not answered yet.
    async fn send(
        &self,
        connection: &mut Connection,
        batch: &Batch,
        forms: &[Form],
        id: &str,
    ) -> (Option<Result<Sent, Failed>>, bool) {
        let cancel = connection.client.cancel_token();
        let recorded = params![id, clock::wall_micros()];
        let mut queries = vec![record(&recorded)];
        let statements = batch.statements.iter().zip(forms);
        queries.extend(statements.map(|(statement, form)| query(statement, *form)));
        let (begin, mode) = (self.pool.begin(), self.pool.statements());
        let mut run = pin!(pipeline::run_whole(connection, begin, &queries, mode));
        if let Ok(sent) = tokio::time::timeout(PATIENCE, &mut run).await {
            return (Some(sent), false);
        }
        self.pool.cancel(cancel).await;
        (tokio::time::timeout(GIVEN_UP, run).await.ok(), true)
    }
}

/// Returns what the statements did, or the first failure. Errors of later statements only say that the transaction has
/// failed.
fn settle(
    statements: &[Statement],
    forms: &[Form],
    begun: Result<(), Error>,
    answers: Vec<Answer>,
) -> Result<Outcome, Unmet> {
    let mut answers = answers.into_iter();
    begun.map_err(Unmet::Error)?;
    if let Some(Err(error)) = answers.next() {
        // Of the statement that keeps the id of the batch.
        return Err(Unmet::Error(error));
    }
    let mut outcome = Outcome::default();
    for ((statement, form), answer) in statements.iter().zip(forms).zip(answers) {
        let requirement = statement.requirement;
        let is_unmet = |error: &Error| {
            value::meaning(error) == Meaning::Conflict || form.counts() && form::is_unmet(error)
        };
        let (rows, touched) = answer.map_err(|error| match requirement.label() {
            Some(label) if is_unmet(&error) => Unmet::Label(label),
            _ => Unmet::Error(error),
        })?;
        let count = match form.counts() {
            true => counted(&rows).map_err(Unmet::Store)?,
            false => touched,
        };
        // Never, unless the engine has rules of its own for the table: the batch may be committed.
        if requirement.unmet(count).is_some() {
            let text = "the engine did not check a requirement".to_owned();
            return Err(Unmet::Store(StoreError::Refused(text)));
        }
        outcome.counts.push(count);
        if requirement.returns() {
            outcome.rows.push(rows);
        }
    }
    Ok(outcome)
}

/// Returns the number that a form answers which counts its rows.
fn counted(rows: &[Row]) -> Result<u64, StoreError> {
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Returns what a batch did of which is known only that it was committed; None where that says too little.
fn expected(statements: &[Statement]) -> Option<Outcome> {
    let counts = statements.iter().map(|statement| {
        Some(match statement.requirement {
            Requirement::One(_) | Requirement::Exists(_) | Requirement::ExistsNow(_) => 1,
            Requirement::None(_) => 0,
            Requirement::Any if form::inserts_exactly_one(statement.sql) => 1,
            Requirement::Any | Requirement::Returning | Requirement::OneReturning(_) => {
                return None;
            }
        })
    });
    Some(Outcome {
        rows: Vec::new(),
        counts: counts.collect::<Option<_>>()?,
    })
}
