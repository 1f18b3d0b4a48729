//! The first pass: checks that each member has the JSON type that its shape asks for.

use serde_json::Value;

use crate::scalar::decode;
use crate::table::{Kind, Shape};

/// A list was found where a scalar or an object belongs.
pub(super) const LIST_FOUND: &str = "Start of list found where not expected";
/// An object was found where a scalar or a list belongs.
const MAP_FOUND: &str = "Start of structure or map found where not expected.";

/// Checks the types below `value` and brings it into the form that the typed request is read from.
///
/// # Errors
/// The text of the first mismatch, in the order of the members.
pub(super) fn coerce(shape: &Shape, value: &mut Value) -> Result<(), String> {
    match &shape.kind {
        Kind::Structure { members, .. } => {
            let object = object(value, "Expected null")?;
            for member in *members {
                if let Some(inner) = object.get_mut(member.wire).filter(|v| !v.is_null()) {
                    coerce(member.shape, inner)?;
                }
            }
        }
        Kind::Map { value: inner, .. } => {
            for entry in object(value, "Expected map or null")?.values_mut() {
                coerce(inner, entry)?;
            }
        }
        Kind::List { of, .. } => match value {
            Value::Array(items) => {
                for item in items.iter_mut().filter(|v| !v.is_null()) {
                    coerce(of, item)?;
                }
            }
            Value::Object(_) => return Err(MAP_FOUND.to_owned()),
            _ => return Err("Expected list or null".to_owned()),
        },
        Kind::Text { .. } | Kind::Enum { .. } => match value {
            Value::String(_) => {}
            other => return Err(mismatch(other, "a String")),
        },
        Kind::Integer { .. } => whole(value)?,
        Kind::Boolean => match value {
            Value::Bool(_) => {}
            other => return Err(mismatch(other, "a Boolean")),
        },
        // The wording is that of other services of the same framework; this service's own is unknown.
        Kind::Timestamp => match value {
            Value::Number(_) => {}
            other => return Err(mismatch(other, "milliseconds since epoch")),
        },
        Kind::Blob { .. } => match value {
            Value::String(text) if decode(text).is_some() => {}
            other => return Err(mismatch(other, "a Blob")),
        },
        Kind::Document => {}
    }
    Ok(())
}

/// Returns the members of an object, without those that are `null`, which is the same as absent.
fn object<'a>(
    value: &'a mut Value,
    scalar_text: &str,
) -> Result<&'a mut serde_json::Map<String, Value>, String> {
    match value {
        Value::Object(members) => {
            if members.values().any(Value::is_null) {
                members.retain(|_, v| !v.is_null());
            }
            Ok(members)
        }
        Value::Array(_) => Err(LIST_FOUND.to_owned()),
        _ => Err(scalar_text.to_owned()),
    }
}

/// Makes a 32-bit number of a number: fractions are cut off (auth.md 1.5), what is beyond the type ends at its limit,
/// so that a range constraint refuses it instead of seeing a wrapped number.
fn whole(value: &mut Value) -> Result<(), String> {
    let Value::Number(number) = &*value else {
        return Err(mismatch(value, "an Integer"));
    };
    let exact = match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => whole,
        // This cast cuts off fractions and saturates.
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        (None, Some(float)) => float as i64,
        (None, None) => i64::MAX,
    };
    let fitting = exact.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    if number.as_i64() != Some(fitting) {
        *value = Value::from(fitting);
    }
    Ok(())
}

/// Returns the text for a value that is not of the scalar type `target`.
fn mismatch(found: &Value, target: &str) -> String {
    let token = match found {
        Value::Array(_) => return LIST_FOUND.to_owned(),
        Value::Object(_) => return MAP_FOUND.to_owned(),
        Value::String(_) => "STRING_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Null => "NULL_VALUE",
    };
    format!("{token} can not be converted to {target}")
}
