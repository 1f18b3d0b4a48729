//! A read-only transaction on a connection of its own.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio::sync::mpsc;

use super::pipeline::placeholders;
use super::pool::Connection;
use super::{Postgres, value};
use crate::snapshot::Portion;
use crate::{Row, StoreError, Value};

/// All statements of the transaction see what was committed at the first. Bounds for requests are not for it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; \
     SET LOCAL idle_in_transaction_session_timeout = 600000; SELECT 1 FROM migrations LIMIT 1";

/// The transaction; the server rolls it back when the connection is dropped.
pub(crate) struct Snapshot {
    connection: Connection,
}

impl Postgres {
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let failed = |error: tokio_postgres::Error| value::store_error(&error);
        // Not one of the pool's: requests must not wait for it.
        let connection = self.pool.connect().await.map_err(failed)?;
        let begun = connection.client.batch_execute(BEGIN).await;
        begun.map_err(failed)?;
        Ok(Snapshot { connection })
    }
}

impl Snapshot {
    pub(crate) async fn stream(
        &mut self,
        sql: &'static str,
        params: Vec<Value>,
        to: &mpsc::Sender<Vec<Row>>,
    ) -> Result<(), StoreError> {
        let failed = |error: tokio_postgres::Error| value::store_error(&error);
        let (sql, _) = placeholders(sql);
        let typed = params.iter().map(|value| (value, value::declared(value)));
        let rows = self.connection.client.query_typed_raw(&sql, typed).await;
        let mut rows = pin!(rows.map_err(failed)?);
        let mut portion = Portion::default();
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            if let Some(full) = portion.add(value::from_row(&row).map_err(failed)?) {
                to.send(full).await.map_err(|_| StoreError::Closed)?;
            }
        }
        let rest = portion.take();
        to.send(rest).await.map_err(|_| StoreError::Closed)
    }
}
