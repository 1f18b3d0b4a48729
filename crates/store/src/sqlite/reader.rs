//! Connections for reading: whoever reads takes one that nobody uses now, the last used first, whose pages are warm.

use std::sync::{MutexGuard, PoisonError};
use std::thread::available_parallelism;

use rusqlite::Connection;

use super::{Shared, value};
use crate::{Row, StoreError, Value};

/// The connections that are kept for one of many databases; more are opened while more threads read at once.
const FEW: usize = 2;

/// Returns how many connections a database keeps: one for each core, and one for a thread that waits for its turn.
pub(super) fn kept(one_of_many: bool) -> usize {
    match one_of_many {
        true => FEW,
        false => available_parallelism().map_or(FEW, |cores| cores.get() + 1),
    }
}

/// Runs a read on a connection. One whose file failed is dropped, so that the next read opens another.
pub(super) fn with<T>(
    shared: &Shared,
    read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    let kept = readers(shared).pop();
    let connection = match kept {
        Some(connection) => connection,
        None => shared
            .connect_reader()
            .map_err(|error| value::store_error(&error))?,
    };
    let answer = read(&connection);
    let is_good = answer
        .as_ref()
        .err()
        .is_none_or(|error| !value::is_engine_failure(error));
    let mut readers = readers(shared);
    if is_good && readers.len() < shared.kept && shared.open().is_ok() {
        readers.push(connection);
    }
    drop(readers);
    answer.map_err(|error| value::store_error(&error))
}

/// Closes the connections that nobody uses now.
pub(super) fn forget(shared: &Shared) {
    readers(shared).clear();
}

fn readers(shared: &Shared) -> MutexGuard<'_, Vec<Connection>> {
    let readers = shared.readers.lock();
    readers.unwrap_or_else(PoisonError::into_inner)
}

/// Runs a SELECT and collects its rows.
pub(super) fn select(
    connection: &Connection,
    sql: &str,
    params: &[Value],
) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    value::bind(&mut statement, params)?;
    collect(&mut statement)
}

/// Runs a bound statement to its end and collects its rows.
pub(super) fn collect(statement: &mut rusqlite::Statement<'_>) -> rusqlite::Result<Vec<Row>> {
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(value::from_column(row.get_ref(column)?, column)?);
        }
        found.push(Row::new(values));
    }
    Ok(found)
}
