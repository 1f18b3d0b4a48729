//! Connections for reading that belong to a thread.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use rusqlite::Connection;

use super::{Shared, value};
use crate::{Row, StoreError, Value};

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

/// Closes this thread's connection.
pub(super) fn forget(shared: &Shared) {
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
