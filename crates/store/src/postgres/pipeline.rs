//! Several statements in one round trip: all are sent before the first answer is awaited.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::TryStreamExt;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Statement};

use super::form::Form;
use super::pool::{Connection, StatementKey};
use super::target::Statements;
use super::value;
use crate::{Row, StoreError, Value};

/// A statement to be sent.
pub(super) struct Query<'a> {
    pub(super) sql: &'static str,
    pub(super) params: &'a [Value],
    pub(super) form: Form,
}

/// The rows of a statement, and how many it touched.
pub(super) type Answer = Result<(Vec<Row>, u64), Error>;

/// The answers to a transaction that was sent with its COMMIT.
pub(super) struct Sent {
    /// To BEGIN.
    pub(super) begun: Result<(), Error>,
    /// To the statements, in order.
    pub(super) answers: Vec<Answer>,
    /// To COMMIT; also a ROLLBACK is none that fails. None if it was not sent, since a statement had failed by then.
    pub(super) committed: Option<Result<(), Error>>,
}

type Call<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Parameters of one statement; PostgreSQL takes more, but the types must fit a [`StatementKey`].
const PARAMETERS: usize = 62;

/// Sends all statements, with `first` (BEGIN) before them if given, and returns their answers in order. The outer error
/// is about preparing or `first`: nothing was done.
pub(super) async fn run(
    connection: &mut Connection,
    first: Option<&'static str>,
    queries: &[Query<'_>],
    mode: Statements,
) -> Result<Vec<Answer>, Failed> {
    make_ready(connection, queries, mode).await?;
    let calls = calls(connection, first, queries)?;
    let mut answers = answers(send(calls).await).await.into_iter();
    if first.is_none() {
        return Ok(answers.collect());
    }
    match answers.next() {
        // Outside a transaction the statements' effects are permanent; but `Postgres::open` has tried this BEGIN
        // before.
        Some(Err(error)) => Err(Failed::Prepare(error)),
        _ => Ok(answers.collect()),
    }
}

/// Sends a whole transaction, and COMMIT with it if every statement could be sent. The error is about preparing: nothing
/// was done.
pub(super) async fn run_whole(
    connection: &mut Connection,
    begin: &'static str,
    queries: &[Query<'_>],
    mode: Statements,
) -> Result<Sent, Failed> {
    make_ready(connection, queries, mode).await?;
    let client = &connection.client;
    let sent = send(calls(connection, Some(begin), queries)?).await;
    // Without a statement that could not be sent, the transaction is not the batch.
    let is_whole = sent
        .iter()
        .all(|(_, first)| !matches!(first, Poll::Ready(Err(_))));
    let last = match is_whole {
        true => send(vec![simple(client, "COMMIT")]).await,
        false => Vec::new(),
    };
    let mut of_statements = answers(sent).await.into_iter();
    let begun = of_statements
        .next()
        .map_or(Ok(()), |answer| answer.map(drop));
    let committed = answers(last).await.into_iter().next();
    Ok(Sent {
        begun,
        answers: of_statements.collect(),
        committed: committed.map(|answer| answer.map(drop)),
    })
}

/// Prepares statements where they are prepared.
async fn make_ready(
    connection: &mut Connection,
    queries: &[Query<'_>],
    mode: Statements,
) -> Result<(), Failed> {
    if queries.iter().any(|query| query.params.len() > PARAMETERS) {
        let text = format!("more than {PARAMETERS} parameters");
        return Err(Failed::Refused(StoreError::Refused(text)));
    }
    match mode {
        Statements::Prepared => prepare(connection, queries).await,
        Statements::Unnamed => Ok(()),
    }
}

/// Returns the calls for `first` and the statements; nothing is sent yet.
fn calls<'a>(
    connection: &'a Connection,
    first: Option<&'static str>,
    queries: &'a [Query<'a>],
) -> Result<Vec<Call<'a, Answer>>, Failed> {
    let Connection { client, statements } = connection;
    let mut calls: Vec<Call<'_, Answer>> = Vec::with_capacity(queries.len() + 1);
    calls.extend(first.map(|sql| simple(client, sql)));
    for query in queries {
        calls.push(match statements.get(&key(query)) {
            Some(statement) => Box::pin(prepared(client, statement, query.params)),
            None => Box::pin(unnamed(client, text(query)?, query.params)),
        });
    }
    Ok(calls)
}

/// Returns the call for statements without parameters and without rows.
fn simple<'a>(client: &'a Client, sql: &'static str) -> Call<'a, Answer> {
    Box::pin(async move {
        client.batch_execute(sql).await?;
        Ok((Vec::new(), 0))
    })
}

/// Why nothing was run.
pub(super) enum Failed {
    Prepare(Error),
    Refused(StoreError),
}

/// Prepares what this connection has not seen yet, in one round trip.
async fn prepare(connection: &mut Connection, queries: &[Query<'_>]) -> Result<(), Failed> {
    let mut missing: Vec<(StatementKey, String, Vec<Type>)> = Vec::new();
    for query in queries {
        let key = key(query);
        if !connection.statements.contains_key(&key)
            && missing.iter().all(|(other, ..)| *other != key)
        {
            let types = query.params.iter().map(value::declared).collect();
            missing.push((key, text(query)?, types));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let client = &connection.client;
    let sent = missing
        .iter()
        .map(|(_, sql, types)| -> Call<'_, _> { Box::pin(client.prepare_typed(sql, types)) })
        .collect();
    let prepared = answers(send(sent).await).await;
    for ((key, ..), statement) in missing.into_iter().zip(prepared) {
        connection
            .statements
            .insert(key, statement.map_err(Failed::Prepare)?);
    }
    Ok(())
}

/// Polls each call once in order, which sends it.
async fn send<T>(calls: Vec<Call<'_, T>>) -> Vec<(Call<'_, T>, Poll<T>)> {
    let mut sent = Vec::with_capacity(calls.len());
    for mut call in calls {
        let first = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
        sent.push((call, first));
    }
    sent
}

/// Awaits the answers, which come in the order of the calls.
async fn answers<T>(sent: Vec<(Call<'_, T>, Poll<T>)>) -> Vec<T> {
    let mut answers = Vec::with_capacity(sent.len());
    for (call, first) in sent {
        answers.push(match first {
            Poll::Ready(answer) => answer,
            Poll::Pending => call.await,
        });
    }
    answers
}

async fn prepared(client: &Client, statement: &Statement, params: &[Value]) -> Answer {
    collect(client.query_raw(statement, params).await?).await
}

async fn unnamed(client: &Client, sql: String, params: &[Value]) -> Answer {
    let typed = params.iter().map(|value| (value, value::declared(value)));
    collect(client.query_typed_raw(&sql, typed).await?).await
}

async fn collect(stream: tokio_postgres::RowStream) -> Answer {
    let mut stream = pin!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(value::from_row(&row)?);
    }
    Ok((rows, stream.rows_affected().unwrap_or(0)))
}

/// Returns the text, two bits for each parameter's type, and the form: in another form it is another statement.
fn key(query: &Query<'_>) -> StatementKey {
    let types = query.params.iter().fold(1_u128, |types, value| {
        let bits = match value {
            Value::Null => 0,
            Value::Int(_) => 1,
            Value::Text(_) => 2,
            Value::Bytes(_) => 3,
        };
        types << 2 | bits
    });
    (query.sql, types, query.form)
}

/// Returns the text as it is sent. PostgreSQL takes parameters that the text does not use; that is a mistake all the
/// same.
fn text(query: &Query<'_>) -> Result<String, Failed> {
    let (text, wanted) = placeholders(query.sql);
    if wanted != query.params.len() {
        let given = query.params.len();
        let reason = format!("{given} parameters for a statement that has {wanted}");
        return Err(Failed::Refused(StoreError::Refused(reason)));
    }
    Ok(query.form.text(text))
}

/// `?1` becomes `$1`; also the highest number. A question mark before anything but a digit stays; the catalogue has
/// none.
pub(super) fn placeholders(sql: &str) -> (String, usize) {
    let mut text = String::with_capacity(sql.len() + 10);
    let mut highest = 0;
    let mut parts = sql.split('?');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        match part
            .get(..digits)
            .and_then(|digits| digits.parse::<usize>().ok())
        {
            Some(number) => {
                highest = highest.max(number);
                text.push('$');
            }
            None => text.push('?'),
        }
        text.push_str(part);
    }
    (text, highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn placeholders_take_the_form_of_the_engine() {
        assert_eq!(
            placeholders("SELECT a FROM t WHERE b = ?1 AND c > ?12 LIMIT ?2"),
            (
                "SELECT a FROM t WHERE b = $1 AND c > $12 LIMIT $2".to_owned(),
                12
            )
        );
    }

    #[test]
    fn statements_with_other_types_or_forms_are_other_statements() {
        let with = |params: &[Value], form| {
            key(&Query {
                sql: "x",
                params,
                form,
            })
        };
        let keys = [
            with(&params![], Form::Plain),
            with(&params![None::<i64>], Form::Plain),
            with(&params![1], Form::Plain),
            with(&params!["a"], Form::Plain),
            with(&params!["a"], Form::Locked),
            with(&params!["a"], Form::LockedOrError),
            with(&params!["a"], Form::SomeOrError),
            with(&params!["a"], Form::NoneOrError),
            with(&params!["a"], Form::OneOrError),
            with(&params!["a", None::<i64>], Form::Plain),
            with(&params![None::<i64>, "a"], Form::Plain),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(
            with(&params!["a"], Form::Plain),
            with(&params!["b"], Form::Plain)
        );
    }
}
