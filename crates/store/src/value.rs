//! Values bound to statements, and rows read back.

use crate::StoreError;

/// A value bound to a statement or read from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// INT column: a number, a flag or microseconds since the epoch.
    Int(i64),
    /// KEY or DOC column.
    Text(String),
    /// BYTES column.
    Bytes(Vec<u8>),
}

impl Value {
    /// Returns the kind of the value for error texts, never the value itself.
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "INT",
            Self::Text(_) => "TEXT",
            Self::Bytes(_) => "BYTES",
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&Vec<u8>> for Value {
    fn from(value: &Vec<u8>) -> Self {
        Self::Bytes(value.clone())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The parameters `?1`, `?2`, … of a statement, in order: `params![pool_id, now, Some("x")]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        ::std::vec![$($crate::Value::from($value)),*]
    };
}

/// One row of an answer. Columns are counted from 0 in the order of the SELECT or RETURNING list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self { values }
    }

    /// Returns all columns in order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Returns all columns in order, without a copy.
    #[must_use]
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// Returns the value of a column.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the row has no such column.
    pub fn value(&self, index: usize) -> Result<&Value, StoreError> {
        self.values.get(index).ok_or(StoreError::Column {
            index,
            wanted: "a column",
            found: "none",
        })
    }

    /// Returns an INT column that is not NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn int(&self, index: usize) -> Result<i64, StoreError> {
        match self.value(index)? {
            Value::Int(value) => Ok(*value),
            other => Err(mismatch(index, "INT", other)),
        }
    }

    /// Returns the flag in an INT column: 0 is false, everything else true.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn flag(&self, index: usize) -> Result<bool, StoreError> {
        Ok(self.int(index)? != 0)
    }

    /// Returns an INT column that may be NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, StoreError> {
        match self.value(index)? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(*value)),
            other => Err(mismatch(index, "INT or NULL", other)),
        }
    }

    /// Returns a KEY or DOC column that is not NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        match self.value(index)? {
            Value::Text(value) => Ok(value),
            other => Err(mismatch(index, "TEXT", other)),
        }
    }

    /// Returns a KEY or DOC column that may be NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn opt_text(&self, index: usize) -> Result<Option<&str>, StoreError> {
        match self.value(index)? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(mismatch(index, "TEXT or NULL", other)),
        }
    }

    /// Returns a BYTES column that is not NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn bytes(&self, index: usize) -> Result<&[u8], StoreError> {
        match self.value(index)? {
            Value::Bytes(value) => Ok(value),
            other => Err(mismatch(index, "BYTES", other)),
        }
    }

    /// Returns a BYTES column that may be NULL.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn opt_bytes(&self, index: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.value(index)? {
            Value::Null => Ok(None),
            Value::Bytes(value) => Ok(Some(value)),
            other => Err(mismatch(index, "BYTES or NULL", other)),
        }
    }

    /// Moves a text out of the row without a copy; the column is NULL afterwards.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn take_text(&mut self, index: usize) -> Result<String, StoreError> {
        match self.take(index)? {
            Value::Text(value) => Ok(value),
            other => Err(mismatch(index, "TEXT", &other)),
        }
    }

    /// Moves a text that may be NULL out of the row without a copy.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub(crate) fn take_opt_text(&mut self, index: usize) -> Result<Option<String>, StoreError> {
        match self.take(index)? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(mismatch(index, "TEXT or NULL", &other)),
        }
    }

    /// Moves bytes out of the row without a copy; the column is NULL afterwards.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub fn take_bytes(&mut self, index: usize) -> Result<Vec<u8>, StoreError> {
        match self.take(index)? {
            Value::Bytes(value) => Ok(value),
            other => Err(mismatch(index, "BYTES", &other)),
        }
    }

    /// Moves bytes that may be NULL out of the row without a copy.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds anything else.
    pub(crate) fn take_opt_bytes(&mut self, index: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.take(index)? {
            Value::Null => Ok(None),
            Value::Bytes(value) => Ok(Some(value)),
            other => Err(mismatch(index, "BYTES or NULL", &other)),
        }
    }

    fn take(&mut self, index: usize) -> Result<Value, StoreError> {
        self.values
            .get_mut(index)
            .map(|value| std::mem::replace(value, Value::Null))
            .ok_or(StoreError::Column {
                index,
                wanted: "a column",
                found: "none",
            })
    }
}

fn mismatch(index: usize, wanted: &'static str, found: &Value) -> StoreError {
    StoreError::Column {
        index,
        wanted,
        found: found.kind(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_by_kind_and_refused_otherwise() {
        let mut row = Row::new(params![7, "a", vec![1_u8], None::<i64>]);
        assert_eq!(row.int(0).unwrap(), 7);
        assert_eq!(row.text(1).unwrap(), "a");
        assert_eq!(row.bytes(2).unwrap(), [1]);
        assert_eq!(row.opt_text(3).unwrap(), None);
        assert_eq!(
            row.text(0).unwrap_err().to_string(),
            "column 0: wanted TEXT, found INT"
        );
        assert_eq!(
            row.int(9).unwrap_err().to_string(),
            "column 9: wanted a column, found none"
        );
        assert_eq!(row.take_text(1).unwrap(), "a");
        assert_eq!(row.opt_text(1).unwrap(), None);
    }
}
