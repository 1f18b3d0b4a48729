//! Several statements in one round trip: all are sent before the first answer is awaited.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::TryStreamExt;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Statement};

use super::pool::{Connection, StatementKey};
use super::target::Statements;
use super::value;
use crate::{Row, StoreError, Value};

/// A statement to be sent.
pub(super) struct Query<'a> {
    pub(super) sql: &'static str,
    pub(super) params: &'a [Value],
    pub(super) lock: Lock,
}

/// The lock on the rows found: with `Share` they must stay as they are until the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    No,
    Share,
}

/// The rows of a statement, and how many it touched.
pub(super) type Answer = Result<(Vec<Row>, u64), Error>;

type Sent<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

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
    if queries.iter().any(|query| query.params.len() > PARAMETERS) {
        let text = format!("more than {PARAMETERS} parameters");
        return Err(Failed::Refused(StoreError::Refused(text)));
    }
    if mode == Statements::Prepared {
        prepare(connection, queries).await?;
    }
    let Connection { client, statements } = connection;
    let client = &*client;
    let mut sent: Vec<Sent<'_, Answer>> = Vec::with_capacity(queries.len() + 1);
    if let Some(sql) = first {
        sent.push(Box::pin(async move {
            client.batch_execute(sql).await?;
            Ok((Vec::new(), 0))
        }));
    }
    for query in queries {
        sent.push(match statements.get(&key(query)) {
            Some(statement) => Box::pin(prepared(client, statement, query.params)),
            None => Box::pin(unnamed(client, text(query)?, query.params)),
        });
    }
    let mut answers = send(sent).await.into_iter();
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
        .map(|(_, sql, types)| -> Sent<'_, _> { Box::pin(client.prepare_typed(sql, types)) })
        .collect();
    let prepared = send(sent).await;
    for ((key, ..), statement) in missing.into_iter().zip(prepared) {
        connection
            .statements
            .insert(key, statement.map_err(Failed::Prepare)?);
    }
    Ok(())
}

/// Polls each once in order, which sends it, then awaits the answers, which come in the same order.
async fn send<T>(futures: Vec<Sent<'_, T>>) -> Vec<T> {
    let mut begun = Vec::with_capacity(futures.len());
    for mut future in futures {
        let first = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        begun.push((future, first));
    }
    let mut answers = Vec::with_capacity(begun.len());
    for (future, first) in begun {
        answers.push(match first {
            Poll::Ready(answer) => answer,
            Poll::Pending => future.await,
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

/// Returns the text, whether a lock is added, and two bits for each parameter's type.
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
    (
        query.sql,
        types << 1 | u128::from(query.lock == Lock::Share),
    )
}

/// Returns the text as it is sent. PostgreSQL takes parameters that the text does not use; that is a mistake all the
/// same.
fn text(query: &Query<'_>) -> Result<String, Failed> {
    let (mut text, wanted) = placeholders(query.sql);
    if wanted != query.params.len() {
        let given = query.params.len();
        let reason = format!("{given} parameters for a statement that has {wanted}");
        return Err(Failed::Refused(StoreError::Refused(reason)));
    }
    if query.lock == Lock::Share {
        text.push_str(" FOR SHARE");
    }
    Ok(text)
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
    fn statements_with_other_types_or_locks_are_other_statements() {
        let with = |params: &[Value], lock| {
            key(&Query {
                sql: "x",
                params,
                lock,
            })
        };
        let keys = [
            with(&params![], Lock::No),
            with(&params![None::<i64>], Lock::No),
            with(&params![1], Lock::No),
            with(&params!["a"], Lock::No),
            with(&params!["a"], Lock::Share),
            with(&params!["a", None::<i64>], Lock::No),
            with(&params![None::<i64>, "a"], Lock::No),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(with(&params!["a"], Lock::No), with(&params!["b"], Lock::No));
    }
}
