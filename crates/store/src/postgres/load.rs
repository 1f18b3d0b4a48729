//! COPY, for many rows of one table.

use std::pin::pin;
use std::time::Duration;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::commit::{self, Unmet};
use super::pool::Connection;
use super::{Postgres, value};
use crate::load::Load;
use crate::{CommitError, StoreError, Value, clock, params};

/// The time for one load.
const PATIENCE: Duration = Duration::from_secs(120);

impl Postgres {
    /// Adds the rows and commits the guard, both or neither.
    pub(crate) async fn load(&self, load: &Load) -> Result<(), CommitError> {
        let mut leased = self.pool.get().await?;
        let recorded = params![self.next_batch_id(), clock::wall_micros()];
        let connection = &mut leased.connection;
        let work = async {
            commit::run_statements(connection, &self.pool, &load.guard, &recorded)
                .await
                .map_err(conflict)?;
            copy(connection, load).await
        };
        let worked = tokio::time::timeout(PATIENCE, work).await;
        // A connection that is dropped undoes the transaction.
        worked.map_err(|_| commit::too_long())??;
        let commit = leased.connection.client.batch_execute("COMMIT").await;
        commit.map_err(|error| CommitError::Unknown(value::store_error(&error).to_string()))?;
        leased.keep();
        Ok(())
    }
}

fn conflict(unmet: Unmet) -> CommitError {
    match unmet {
        Unmet::Label(label) => CommitError::Conflict(label),
        Unmet::Store(error) => error.into(),
        Unmet::Error(error) => value::store_error(&error).into(),
    }
}

async fn copy(connection: &Connection, load: &Load) -> Result<(), CommitError> {
    let failed = |error: tokio_postgres::Error| CommitError::from(value::store_error(&error));
    let client = &connection.client;
    let (table, columns) = (load.table, load.columns.join(", "));
    let shape = format!("SELECT {columns} FROM {table} LIMIT 0");
    let shape = client.prepare(&shape).await.map_err(failed)?;
    let types: Vec<Type> = shape.columns().iter().map(|c| c.type_().clone()).collect();
    let into = format!("COPY {table} ({columns}) FROM STDIN BINARY");
    let sink = client.copy_in(&into).await.map_err(failed)?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    for row in &load.rows {
        check(row, &types)?;
        writer
            .as_mut()
            .write(&borrowed(row))
            .await
            .map_err(failed)?;
    }
    writer.finish().await.map_err(failed)?;
    Ok(())
}

fn borrowed(row: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    row.iter().map(|value| value as _).collect()
}

/// The forms of the values are those of the columns: the server would take eight bytes of a number for a text.
fn check(row: &[Value], types: &[Type]) -> Result<(), StoreError> {
    let fits = |(value, kind): (&Value, &Type)| match value {
        Value::Null => true,
        Value::Int(_) => *kind == Type::INT8,
        Value::Text(_) => *kind == Type::TEXT,
        Value::Bytes(_) => *kind == Type::BYTEA,
    };
    if row.len() == types.len() && row.iter().zip(types).all(fits) {
        return Ok(());
    }
    Err(StoreError::Refused("a value of another kind".to_owned()))
}
