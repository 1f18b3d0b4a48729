//! PostgreSQL and the engines that speak its protocol.
//!
//! Nothing here depends on the state of a session, so a pooler in transaction mode may be in between. Reads go to any
//! idle connection; several are pipelined. Lost connections are made again; `commit` decides what that means for a
//! batch.

mod at_once;
mod commit;
mod few;
mod form;
mod load;
mod pipeline;
mod pool;
mod schema;
mod snapshot;
mod target;
mod value;

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::tables::jobs;
use crate::{OpenError, PostgresOptions, Row, StoreError, Value, clock};
use form::Form;
use pipeline::{Answer, Failed, Query};
use pool::Pool;
use target::{IDLE_SHOWN, Target};
use value::Meaning;

pub(crate) use commit::trips;
pub use form::forms_on_postgres;
pub use schema::prepare_schema;
pub(crate) use snapshot::Snapshot;

/// Attempts at a read whose connection was lost.
const ATTEMPTS: u32 = 4;
/// The time that a read may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time that a check of readiness may take.
const READY: Duration = Duration::from_secs(2);
/// A setting by which the server would call a commit done before the disk has it.
const TOO_EARLY: &str = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'";
const IDLE: &str = "SELECT current_setting('idle_in_transaction_session_timeout')";
const CLOCK: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// An open database server.
pub(crate) struct Postgres {
    pool: Pool,
    /// Tells the batches of this node from those of others.
    random: RandomState,
    batches: AtomicU64,
}

impl Postgres {
    pub(crate) async fn open(options: &PostgresOptions) -> Result<Self, OpenError> {
        let postgres = Self {
            pool: Pool::new(Target::parse(&options.url)?, options.connections),
            random: RandomState::new(),
            batches: AtomicU64::new(0),
        };
        schema::bring_up_to_date(&postgres.pool, options.migrate, &postgres.next_batch_id())
            .await?;
        postgres.begin_works().await?;
        Ok(postgres)
    }

    /// A batch sends its statements right behind BEGIN, and must not find out then that the engine refuses BEGIN's
    /// form. Where the option of the session was taken and does nothing, each transaction says it.
    async fn begin_works(&self) -> Result<(), StoreError> {
        let leased = self.pool.get().await?;
        let client = &leased.connection.client;
        let shown = client.query_typed(IDLE, &[]).await;
        let shown: Option<String> = shown.ok().and_then(|rows| rows.first()?.try_get(0).ok());
        if shown.as_deref() != Some(IDLE_SHOWN) {
            self.pool.limit_each();
        }
        for sql in [self.pool.begin(), "ROLLBACK"] {
            client
                .batch_execute(sql)
                .await
                .map_err(|error| value::store_error(&error))?;
        }
        leased.keep();
        Ok(())
    }

    pub(crate) async fn rows(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let answers = self.read(&[(sql, params)]).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    pub(crate) async fn read(
        &self,
        queries: &[(&'static str, Vec<Value>)],
    ) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut attempt = 0;
        loop {
            let error = match self.try_read(queries).await {
                Ok(rows) => return Ok(rows),
                Err(Failed::Refused(error)) => return Err(error),
                Err(Failed::Prepare(error)) => error,
            };
            attempt += 1;
            // A read changes nothing, so it may be repeated whatever has happened.
            if attempt >= ATTEMPTS
                || matches!(value::meaning(&error), Meaning::Conflict | Meaning::Other)
            {
                return Err(value::store_error(&error));
            }
            self.pool.forget_idle();
            tokio::time::sleep(self.pause(attempt)).await;
        }
    }

    async fn try_read(
        &self,
        queries: &[(&'static str, Vec<Value>)],
    ) -> Result<Vec<Vec<Row>>, Failed> {
        let mut leased = self.pool.get().await.map_err(Failed::Refused)?;
        let queries: Vec<_> = queries
            .iter()
            .map(|(sql, params)| Query {
                sql,
                params,
                form: Form::of_read(sql, params),
            })
            .collect();
        let run = pipeline::run(
            &mut leased.connection,
            None,
            &queries,
            self.pool.statements(),
        );
        let answers = tokio::time::timeout(PATIENCE, run).await.map_err(|_| {
            Failed::Refused(StoreError::Unavailable(
                "the database took too long".to_owned(),
            ))
        })??;
        let rows: Result<Vec<_>, _> = answers
            .into_iter()
            .map(|answer| answer.map(|(rows, _)| rows))
            .collect();
        match &rows {
            Err(error) if value::meaning(error) != Meaning::Other => {}
            _ => leased.keep(),
        }
        rows.map_err(Failed::Prepare)
    }

    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        let check = async {
            let leased = self.pool.get_within(Duration::ZERO).await?;
            leased
                .connection
                .client
                .batch_execute("SELECT 1")
                .await
                .map_err(|error| value::store_error(&error))?;
            leased.keep();
            Ok(())
        };
        tokio::time::timeout(READY, check)
            .await
            .map_err(|_| StoreError::Unavailable("the database does not answer".to_owned()))?
    }

    pub(crate) async fn wall_skew(&self) -> Result<i64, StoreError> {
        // The first read may connect and prepare; the second is one round trip.
        self.rows(CLOCK, Vec::new()).await?;
        let before = clock::wall_micros();
        let rows = self.rows(CLOCK, Vec::new()).await?;
        let after = clock::wall_micros();
        let theirs = rows.first().map_or(Ok(after), |row| row.int(0))?;
        Ok(theirs - (before + (after - before) / 2))
    }

    pub(crate) async fn answers_too_early(&self) -> Result<Option<String>, StoreError> {
        let rows = self.rows(TOO_EARLY, Vec::new()).await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.take_text(0))
            .transpose()
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }

    fn next_batch_id(&self) -> String {
        let count = self.batches.fetch_add(1, Ordering::Relaxed);
        jobs::batch_id(clock::wall_micros(), self.random.hash_one(count), count)
    }

    /// Returns a growing pause, different for each request, so that requests that collided do not collide again.
    fn pause(&self, attempt: u32) -> Duration {
        let jitter = self
            .random
            .hash_one((attempt, self.batches.fetch_add(1, Ordering::Relaxed)))
            % 5_000;
        Duration::from_micros(jitter * u64::from(attempt.min(20)) + 500)
    }
}

/// Returns the answer to a pipeline of one statement.
fn only(answers: Result<Vec<Answer>, Failed>) -> Result<(Vec<Row>, u64), StoreError> {
    let answers = answers.map_err(|failed| match failed {
        Failed::Prepare(error) => value::store_error(&error),
        Failed::Refused(error) => error,
    })?;
    match answers.into_iter().next() {
        Some(answer) => answer.map_err(|error| value::store_error(&error)),
        None => Ok((Vec::new(), 0)),
    }
}
