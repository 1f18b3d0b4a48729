//! The columns of a row that decide something, in the form in which they are signed.
//!
//! Each file under `tables/` has such a list for its rows; the domain signs it with the key of the pool and compares when a
//! row is read (`domain/src/records/mac.rs`).

use crate::Value;

/// One column, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// NULL.
    Null,
    /// A number, a flag or a time.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The columns of a row that decide something: those of its key, then the others, in the order of `tables/catalogue.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    /// The table.
    pub table: &'static str,
    /// The columns.
    pub columns: Vec<Part<'a>>,
}

impl From<i64> for Part<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Part<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Part<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Part<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Part<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, T: Into<Part<'a>>> From<Option<T>> for Part<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Value> for Part<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(value) => Self::Int(*value),
            Value::Text(value) => Self::Text(value),
            Value::Bytes(value) => Self::Bytes(value),
        }
    }
}

/// `signed!["table": column, …]`.
macro_rules! signed {
    ($table:literal: $($column:expr),* $(,)?) => {
        $crate::signed::Signed { table: $table, columns: vec![$($crate::signed::Part::from($column)),*] }
    };
}
pub(crate) use signed;
