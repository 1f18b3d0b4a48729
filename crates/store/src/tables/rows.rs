//! Row structs and how they are read: [`rows!`] declares a struct whose fields are the columns of a SELECT, in order.

use crate::{Row, StoreError, Value};

/// A statement with its parameters, as `Store::first`, `Store::all` and `Store::read` take it.
pub type Query = (&'static str, Vec<Value>);

/// A type that is read from the columns of a row.
pub(crate) trait FromRow: Sized {
    /// Moves the columns out of the row.
    fn from_row(row: &mut Row) -> Result<Self, StoreError>;
}

/// A type of one column.
pub(crate) trait Column: Sized {
    /// Moves the column at `index`, counted from 0, out of the row.
    fn take(row: &mut Row, index: usize) -> Result<Self, StoreError>;
}

/// The types of columns, each with the function of [`Row`] that reads it.
macro_rules! columns {
    ($($kind:ty: $read:ident,)*) => {
        $(impl Column for $kind {
            fn take(row: &mut Row, index: usize) -> Result<Self, StoreError> {
                row.$read(index)
            }
        })*
    };
}
columns! {
    i64: int,
    Option<i64>: opt_int,
    bool: flag,
    String: take_text,
    Option<String>: take_opt_text,
    Vec<u8>: take_bytes,
    Option<Vec<u8>>: take_opt_bytes,
}

/// Reads the columns of a row from the first on.
pub(crate) struct Columns<'a> {
    row: &'a mut Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(row: &'a mut Row) -> Self {
        Self { row, next: 0 }
    }

    /// Moves the next column out of the row.
    pub(crate) fn take<T: Column>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        T::take(self.row, index)
    }
}

/// Declares a row struct. Its fields are the columns of the SELECTs of its file, in order; what a SELECT lists after them
/// is left in the row.
macro_rules! rows {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$field_meta])* pub $field: $kind,)*
        }

        impl $name {
            /// Reads a row of the SELECTs of this file, moving the columns out of it.
            ///
            /// # Errors
            /// [`StoreError::Column`](crate::StoreError::Column) on a row of another shape.
            pub fn read(row: &mut $crate::Row) -> Result<Self, $crate::StoreError> {
                let mut columns = $crate::tables::rows::Columns::of(row);
                Ok(Self { $($field: columns.take()?,)* })
            }
        }

        impl $crate::tables::rows::FromRow for $name {
            fn from_row(row: &mut $crate::Row) -> Result<Self, $crate::StoreError> {
                Self::read(row)
            }
        }
    };
}
pub(crate) use rows;

/// Reads the row of a point read, if there is one.
pub(crate) fn one<T: FromRow>(row: Option<Row>) -> Result<Option<T>, StoreError> {
    row.map(|mut row| T::from_row(&mut row)).transpose()
}

/// Reads all rows: of a page, or the few that there are.
pub(crate) fn all<T: FromRow>(rows: Vec<Row>) -> Result<Vec<T>, StoreError> {
    rows.into_iter()
        .map(|mut row| T::from_row(&mut row))
        .collect()
}
