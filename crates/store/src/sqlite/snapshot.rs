//! A read transaction on a connection of its own.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{Shared, Sqlite, value};
use crate::snapshot::Portion;
use crate::{Row, StoreError, Value};

/// A read transaction; rolled back when it is dropped. The connection is None after a failure.
pub(crate) struct Snapshot {
    connection: Option<Connection>,
}

impl Sqlite {
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.shared.open()?;
        let shared = Arc::clone(&self.shared);
        let begun = tokio::task::spawn_blocking(move || begin(&shared)).await;
        let begun = begun.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let connection = begun.map_err(|error| value::store_error(&error))?;
        Ok(Snapshot {
            connection: Some(connection),
        })
    }
}

fn begin(shared: &Shared) -> rusqlite::Result<Connection> {
    let connection = shared.connect_reader()?;
    // The first read is the moment of the snapshot, not BEGIN.
    connection.execute_batch("BEGIN")?;
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

impl Snapshot {
    pub(crate) async fn stream(
        &mut self,
        sql: &'static str,
        params: Vec<Value>,
        to: &mpsc::Sender<Vec<Row>>,
    ) -> Result<(), StoreError> {
        let connection = self.connection.take().ok_or(StoreError::Closed)?;
        let to = to.clone();
        let read = move || {
            let done = read(&connection, sql, &params, &to);
            (connection, done)
        };
        let (connection, done) = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        done?;
        self.connection = Some(connection);
        Ok(())
    }
}

fn read(
    connection: &Connection,
    sql: &str,
    params: &[Value],
    to: &mpsc::Sender<Vec<Row>>,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| value::store_error(&error);
    let send = |rows| to.blocking_send(rows).map_err(|_| StoreError::Closed);
    let mut statement = connection.prepare(sql).map_err(failed)?;
    value::bind(&mut statement, params).map_err(failed)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut portion = Portion::default();
    while let Some(row) = rows.next().map_err(failed)? {
        let values = (0..columns).map(|column| value::from_column(row.get_ref(column)?, column));
        let values: rusqlite::Result<Vec<Value>> = values.collect();
        if let Some(full) = portion.add(Row::new(values.map_err(failed)?)) {
            send(full)?;
        }
    }
    send(portion.take())
}
