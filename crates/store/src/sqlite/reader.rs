//! Connections for reading that belong to a thread; those of one of many databases belong to nobody, since each of them would have one
//! in each thread.

use std::cell::RefCell;
use std::sync::{Arc, PoisonError, Weak};

use rusqlite::Connection;

use super::{Shared, value};
use crate::{Row, StoreError, Value};

/// The connections that one of many databases keeps; more are opened while more threads read at once.
const KEPT: usize = 2;

struct Reader {
    store: u64,
    shared: Weak<Shared>,
    connection: Connection,
}

thread_local! {
    static READERS: RefCell<Vec<Reader>> = const { RefCell::new(Vec::new()) };
}

/// Runs a read on this thread's connection, which is opened at the first use. A connection whose file failed is
/// dropped, so that the next read opens another.
pub(super) fn with<T>(
    shared: &Arc<Shared>,
    read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    if shared.options.one_of_many.is_some() {
        return with_any(shared, read);
    }
    READERS.with_borrow_mut(|readers| {
        let at = match readers.iter().position(|reader| reader.store == shared.id) {
            Some(at) => at,
            None => {
                // Connections of stores that are gone stay only until here.
                readers.retain(|reader| reader.shared.strong_count() > 0);
                readers.push(Reader {
                    store: shared.id,
                    shared: Arc::downgrade(shared),
                    connection: shared
                        .connect_reader()
                        .map_err(|error| value::store_error(&error))?,
                });
                readers.len() - 1
            }
        };
        let reader = readers.get(at).ok_or(StoreError::Closed)?;
        match read(&reader.connection) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                if value::is_engine_failure(&error) {
                    readers.swap_remove(at);
                }
                Err(value::store_error(&error))
            }
        }
    })
}

/// Runs a read on a connection that nobody uses now.
fn with_any<T>(
    shared: &Shared,
    read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    let readers = || {
        let readers = shared.readers.lock();
        readers.unwrap_or_else(PoisonError::into_inner)
    };
    let kept = readers().pop();
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
    let mut readers = readers();
    if is_good && readers.len() < KEPT && shared.open().is_ok() {
        readers.push(connection);
    }
    drop(readers);
    answer.map_err(|error| value::store_error(&error))
}

/// Closes this thread's connection, and those of nobody.
pub(super) fn forget(shared: &Shared) {
    let readers = shared.readers.lock();
    readers.unwrap_or_else(PoisonError::into_inner).clear();
    READERS.with_borrow_mut(|readers| readers.retain(|reader| reader.store != shared.id));
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
