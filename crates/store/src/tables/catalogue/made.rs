//! What is made from the catalogue: lists of columns, and the list of all statements.

use super::{CATALOGUE, Table};

impl Table {
    /// Returns the table of that name; None if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|table| table.name == name)
    }

    /// Returns the columns of the key without the pool's id.
    pub(crate) fn key_in_pool(&self) -> Vec<&'static str> {
        let key = self.key.iter().copied();
        key.filter(|column| *column != "pool_id").collect()
    }
}

/// Joins column names into the list of a SELECT.
pub(crate) fn listed(columns: &[&str]) -> String {
    columns.join(", ")
}

/// Returns columns as they are compared: a single one as it is, several in parentheses.
pub(crate) fn compared(columns: &[&str]) -> String {
    match columns {
        [column] => (*column).to_owned(),
        several => format!("({})", listed(several)),
    }
}

/// Returns every statement that is made from the catalogue, for the tests that ask both engines for each.
#[must_use]
pub fn statements() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    all.extend(crate::tables::pools::PURGE.iter().map(String::as_str));
    all.extend(crate::tables::reset::EMPTY.iter().map(String::as_str));
    all.extend(crate::tables::expired::statements());
    all.extend(crate::tables::sealing::statements());
    all.extend(crate::tables::macs::statements());
    all.extend(crate::tables::copies::statements());
    all.push(crate::tables::audit_links::PLACE.as_str());
    all
}
