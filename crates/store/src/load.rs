//! Adding many rows of one table at once, which a batch would take a statement each for.

use crate::{Batch, Value};

/// Rows for a table.
#[derive(Clone, Debug)]
pub struct Load {
    /// The table, of the catalogue.
    pub(crate) table: &'static str,
    /// Its columns, each of the catalogue; the others get the schema's defaults.
    pub(crate) columns: Vec<&'static str>,
    /// A value for each column.
    pub(crate) rows: Vec<Vec<Value>>,
    /// Committed with the rows; a requirement that is not met undoes both.
    pub(crate) guard: Batch,
}

impl Load {
    /// Returns the statement that adds one row.
    pub(crate) fn insert(&self) -> String {
        let places: Vec<_> = (1..=self.columns.len()).map(|n| format!("?{n}")).collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.table,
            self.columns.join(", "),
            places.join(", ")
        )
    }
}
