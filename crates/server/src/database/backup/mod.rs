//! Backups: archives of a server or of pools, written while it serves, and restored here or elsewhere (docs/MOVING.md).
//!
//! | file | what it does |
//! |---|---|
//! | `create` | reads the database as it is at one moment and writes an archive |
//! | `rows` | what every row must be: signed, of a pool that is there, in order, once |
//! | `restore` | reads an archive, checks it and adds its rows |
//! | `place` | where they go: into an empty database, or pools into one that is in use |
//! | `verify` | restores into a scratch database and signs a user in |
//! | `target` | folders and buckets |
//! | `schedule` | backups that nobody asks for |
//!
//! What is sealed under a pool's key is copied as it is, and the pool's key is in the archive, which is encrypted. What is
//! sealed under the sealing key is opened, and sealed again by the restore under the sealing key of the place. Whatever
//! grows with the rows runs on threads of its own.

pub mod create;
mod place;
pub mod restore;
mod rows;
pub mod run;
pub mod s3;
pub mod schedule;
pub mod target;
pub mod verify;

use std::time::Instant;

use cognate_moving::archive::Cell;
use cognate_store::Value;

/// Returns the present, in microseconds: what took hours is recorded when it is done, or its row would seem to be put back into
/// the audit trail. `now`: the service's time when `began` was taken.
fn later(now: i64, began: Instant) -> i64 {
    now.saturating_add(i64::try_from(began.elapsed().as_micros()).unwrap_or(0))
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Int(value) => Cell::Int(value),
        Value::Text(value) => Cell::Text(value),
        Value::Bytes(value) => Cell::Bytes(value),
    }
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(value) => Value::Int(value),
        Cell::Text(value) => Value::Text(value),
        Cell::Bytes(value) => Value::Bytes(value),
    }
}

/// Returns the value of a column of a row; `columns` are the names.
fn of<'a>(columns: &[&str], row: &'a [Value], name: &str) -> Option<&'a Value> {
    let place = columns.iter().position(|column| *column == name)?;
    row.get(place)
}

/// Returns the text of a column of a row; None for a value of another kind.
fn text<'a>(columns: &[&str], row: &'a [Value], name: &str) -> Option<&'a str> {
    match of(columns, row, name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// Returns the number of a column of a row; None for a value of another kind.
fn int(columns: &[&str], row: &[Value], name: &str) -> Option<i64> {
    match of(columns, row, name) {
        Some(Value::Int(value)) => Some(*value),
        _ => None,
    }
}

/// Sets the value of a column of a row, if it has the column.
fn set(columns: &[&str], row: &mut [Value], name: &str, value: Value) {
    let place = columns.iter().position(|column| *column == name);
    if let Some(there) = place.and_then(|place| row.get_mut(place)) {
        *there = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_long_is_recorded_when_it_is_done() {
        let long = std::time::Duration::from_secs(30);
        let began = Instant::now().checked_sub(long).unwrap();
        let ended = later(5, began);
        assert!((5 + 30_000_000..5 + 60_000_000).contains(&ended), "{ended}");
    }
}
