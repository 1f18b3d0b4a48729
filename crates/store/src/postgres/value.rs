//! Values to and from PostgreSQL's binary forms, and what its errors mean.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Row, StoreError, Value};

type Failure = Box<dyn Error + Sync + Send>;

/// Returns the type that a parameter is declared with. Without a value there is nothing to declare: the server infers
/// it.
pub(super) fn declared(value: &Value) -> Type {
    match value {
        Value::Null => Type::UNKNOWN,
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    }
}

impl ToSql for Value {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(value) => out.put_i64(*value),
            Self::Text(value) => out.put_slice(value.as_bytes()),
            Self::Bytes(value) => out.put_slice(value),
        }
        Ok(IsNull::No)
    }

    /// The types are those of [`declared`], so there is nothing to check.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column as it arrives.
struct Column(Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(type_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(match *type_ {
            Type::INT8 => Value::Int(i64::from_sql(type_, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(type_, raw)?)),
            Type::BOOL => Value::Int(i64::from(bool::from_sql(type_, raw)?)),
            // sum() of BIGINT is NUMERIC.
            Type::NUMERIC => Value::Int(integer(raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            _ => Value::Text(std::str::from_utf8(raw)?.to_owned()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self(Value::Null))
    }

    fn accepts(type_: &Type) -> bool {
        matches!(
            *type_,
            Type::INT8
                | Type::INT4
                | Type::BOOL
                | Type::NUMERIC
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
        )
    }
}

/// Decodes a whole number in NUMERIC's binary form: counts of digits, weight of the first, sign, scale, then
/// base-10,000 digits.
fn integer(raw: &[u8]) -> Result<i64, Failure> {
    let words: Vec<i16> = raw
        .chunks_exact(2)
        .map(|pair| i16::from_sql(&Type::INT2, pair))
        .collect::<Result<_, _>>()?;
    let [_, weight, sign, _, digits @ ..] = words.as_slice() else {
        return Err("a NUMERIC is cut short".into());
    };
    let mut value: i64 = 0;
    // Digits of zero at the end are left out, so the weight says how many there are.
    for position in 0..=i64::from(*weight) {
        let digit = usize::try_from(position)
            .ok()
            .and_then(|at| digits.get(at))
            .copied();
        value = value
            .checked_mul(10_000)
            .and_then(|value| value.checked_add(i64::from(digit.unwrap_or(0))))
            .ok_or("a NUMERIC is out of range")?;
    }
    if digits.len() > usize::try_from(i64::from(*weight) + 1).unwrap_or(0) {
        return Err("a NUMERIC is not whole".into());
    }
    match sign {
        0 => Ok(value),
        0x4000 => Ok(-value),
        _ => Err("a NUMERIC is not a number".into()),
    }
}

pub(super) fn from_row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    (0..row.len())
        .map(|column| row.try_get::<_, Column>(column).map(|Column(value)| value))
        .collect::<Result<_, _>>()
        .map(Row::new)
}

/// The consequence of an error for the statement or batch that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Uniqueness or a check was violated: a labelled statement reports its conflict.
    Conflict,
    /// The engine asks to run the transaction again (40001, 40P01).
    Again,
    /// A prepared statement is older than the schema: another node has migrated. Nothing was done.
    Stale,
    /// The server does not take writes (any more). Nothing was done.
    WrongServer,
    /// The connection is gone.
    Lost,
    /// Anything else.
    Other,
}

pub(super) fn meaning(error: &tokio_postgres::Error) -> Meaning {
    let Some(code) = error.code() else {
        // Without a code it did not come from the server: a broken or closed connection, or a form that we cannot read.
        return if error.is_closed()
            || error
                .source()
                .is_some_and(|source| source.is::<std::io::Error>())
        {
            Meaning::Lost
        } else {
            Meaning::Other
        };
    };
    match code {
        &SqlState::UNIQUE_VIOLATION
        | &SqlState::CHECK_VIOLATION
        | &SqlState::EXCLUSION_VIOLATION => Meaning::Conflict,
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Meaning::Again,
        // The text is "cached plan must not change result type".
        &SqlState::FEATURE_NOT_SUPPORTED => Meaning::Stale,
        &SqlState::READ_ONLY_SQL_TRANSACTION => Meaning::WrongServer,
        &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Meaning::Lost,
        code if code.code().starts_with("08") || code.code().starts_with("57P") => Meaning::Lost,
        _ => Meaning::Other,
    }
}

/// Returns the error as callers see it. The server's details can hold values of columns, so only code and message are
/// kept.
pub(super) fn store_error(error: &tokio_postgres::Error) -> StoreError {
    if let Some(report) = error.as_db_error() {
        let text = format!("{}: {}", report.code().code(), report.message());
        let class = report.code().code().get(..2).unwrap_or_default();
        return match class {
            "23" => StoreError::Constraint(text),
            "08" | "40" | "53" | "57" | "58" => StoreError::Unavailable(text),
            "25" if meaning(error) != Meaning::Other => StoreError::Unavailable(text),
            _ => StoreError::Refused(text),
        };
    }
    let mut text = error.to_string();
    if let Some(source) = error.source() {
        text = format!("{text}: {source}");
    }
    StoreError::Unavailable(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(words: &[i16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn whole_numerics_are_read_exactly() {
        assert_eq!(integer(&numeric(&[0, 0, 0, 0])).unwrap(), 0);
        assert_eq!(integer(&numeric(&[1, 0, 0, 0, 7])).unwrap(), 7);
        assert_eq!(integer(&numeric(&[1, 2, 0, 0, 3])).unwrap(), 300_000_000);
        assert_eq!(
            integer(&numeric(&[2, 1, 0x4000, 0, 1, 2345])).unwrap(),
            -12_345
        );
    }

    #[test]
    fn fractions_and_huge_numerics_are_refused() {
        integer(&numeric(&[1, -1, 0, 1, 5000])).unwrap_err();
        integer(&numeric(&[1, 9, 0, 0, 1])).unwrap_err();
        integer(&numeric(&[0, 0, -0x4000, 0])).unwrap_err();
    }
}
