//! The walker that checks a request against the constraint tables, in the service's wording and order.
//!
//! First the JSON types (auth.md 1.5, settled B29), where the first mismatch ends the request, then every constraint
//! (auth.md 1.9, settled V1-V12), where up to ten violations are reported in the order of the members. A request that
//! breaks nothing is not copied: the only allocations are those of its mistakes.

mod constraints;
mod json_types;
mod print;

use serde_json::Value;

use crate::generated::Op;
use crate::table::Shape;

/// The largest number of levels of lists and objects in a request. No shape of the API is deeper than ten; the rest is
/// room for documents and for members that are unknown here.
const MAX_DEPTH: usize = 64;

/// Why a request is refused before its operation runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// `SerializationException`, with or without a text.
    Serialization(Option<String>),
    /// `InvalidParameterException` with this text.
    Invalid(String),
}

/// Checks the body of a request of `op`.
///
/// Afterwards the typed request can be made from it with `serde_json::from_value`, which cannot fail: members that were
/// `null` are gone, fractions of whole numbers are cut off, numbers beyond the type of their member are at its limit.
/// Members that the API does not know are kept and ignored.
///
/// # Errors
/// A [`Rejection`] with the exact text of the service.
pub fn validate(op: Op, body: &mut Value) -> Result<(), Rejection> {
    against(op.input(), body)
}

fn against(shape: &'static Shape, body: &mut Value) -> Result<(), Rejection> {
    match body {
        Value::Object(_) => {}
        Value::Array(_) => {
            return Err(Rejection::Serialization(Some(
                json_types::LIST_FOUND.to_owned(),
            )));
        }
        _ => return Err(Rejection::Serialization(None)),
    }
    let clean = scan(body, MAX_DEPTH).map_err(|TooDeep| Rejection::Serialization(None))?;
    json_types::coerce(shape, body).map_err(|text| Rejection::Serialization(Some(text)))?;
    constraints::check(shape, body).map_err(Rejection::Invalid)?;
    if !clean {
        return Err(Rejection::Invalid(NUL_FOUND.to_owned()));
    }
    Ok(())
}

/// Our own text: no constraint of the model forbids U+0000 in every text, but no database can be trusted with it.
const NUL_FOUND: &str = "The request contains the character U+0000, which is not allowed.";

struct TooDeep;

/// True when no text in the value, member names included, holds U+0000.
fn scan(value: &Value, levels: usize) -> Result<bool, TooDeep> {
    let left = levels.checked_sub(1).ok_or(TooDeep)?;
    let mut clean = true;
    match value {
        Value::String(text) => clean = !text.as_bytes().contains(&0),
        Value::Array(items) => {
            for item in items {
                clean &= scan(item, left)?;
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                clean &= !key.as_bytes().contains(&0) && scan(member, left)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(clean)
}

#[cfg(test)]
mod tests;
