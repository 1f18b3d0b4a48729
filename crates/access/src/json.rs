//! Strict JSON for input that decides something: a repeated name is refused, not resolved.
//!
//! Two parsers that pick different values for a repeated name can be played against each other, for example a
//! filter in front of this server. Depth is bounded by `serde_json` (128 levels).

use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most values in a document that a person wrote.
const VALUES: usize = 65_536;

/// Parses a whole document. Refuses trailing text, repeated names, more than 128 levels, more than 65,536 values and
/// invalid UTF-8.
///
/// # Errors
/// See above.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    bounded(bytes, VALUES)
}

/// What [`bounded`] says of a document with too many values.
pub const TOO_MANY: &str = "too many values";
/// What [`bounded`] says of a name that is given twice.
pub const TWICE: &str = "a name is given twice";

/// Parses as [`parse`] does, with another bound on the number of values, which is checked before they are built.
///
/// # Errors
/// As there; the error's text begins with [`TOO_MANY`] or [`TWICE`] where that is the reason.
pub fn bounded(bytes: &[u8], most: usize) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let left = Cell::new(most);
    let value = Strict(&left).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The body of a request.
#[derive(Debug, PartialEq)]
pub enum Body {
    /// An object, which may be an input.
    Object(Value),
    /// An array; its elements are not needed, so they are not built.
    Array,
}

/// Reads the body of a request: an object of at most `most` values, or an array.
///
/// # Errors
/// Everything else, and what [`parse`] refuses.
pub fn body(bytes: &[u8], most: usize) -> Result<Body, serde_json::Error> {
    match bytes.trim_ascii_start().first() {
        Some(b'{') => bounded(bytes, most).map(Body::Object),
        Some(b'[') => well_formed(bytes).map(|()| Body::Array),
        _ => Err(Error::custom("neither an object nor an array")),
    }
}

/// True if this could be the body of a request; builds nothing and does not notice repeated names.
pub fn is_body(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) && well_formed(bytes).is_ok()
}

fn well_formed(bytes: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<IgnoredAny>(bytes).map(drop)
}

/// Builds values until their number is used up.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| D::Error::custom(TOO_MANY))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON without repeated names")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ordinary_documents_are_read() {
        let text =
            br#" {"a": [1, -2, 2.5, true, null, "x\u0041"], "b": {}, "n": 18446744073709551615} "#;
        let expected =
            json!({"a": [1, -2, 2.5, true, null, "xA"], "b": {}, "n": 18446744073709551615u64});
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn hostile_documents_are_refused() {
        let deep = format!("{}1{}", "[".repeat(129), "]".repeat(129));
        let cases: [&[u8]; 9] = [
            b"",
            b"{",
            br#"{"a":1,"a":1}"#,
            br#"{"a":{"b":1,"b":2}}"#,
            b"{} x",
            b"{\"a\":\"\xff\"}",
            br#"{"a":1,}"#,
            br#"{"a":"\ud800"}"#,
            deep.as_bytes(),
        ];
        for case in cases {
            assert!(parse(case).is_err(), "{}", String::from_utf8_lossy(case));
        }
    }

    #[test]
    fn values_are_counted_before_they_are_built() {
        let object = |bytes: &str| matches!(body(bytes.as_bytes(), 4), Ok(Body::Object(_)));
        assert!(object(r#" {"a":1,"b":[2]}"#) && !object(r#"{"a":1,"b":[2,3]}"#));
        assert!(!object(r#"{"a":{"b":{"c":{"d":1}}}}"#));
        let many = format!("[{}0]", r#"{"":0},"#.repeat(100_000));
        assert_eq!(body(many.as_bytes(), 4).unwrap(), Body::Array);
        let nested = format!(r#"{{"x":{many}}}"#);
        assert!(body(nested.as_bytes(), 4).is_err() && parse(nested.as_bytes()).is_err());
        for text in [
            "",
            " ",
            "null",
            "7",
            "\"x\"",
            "[1,]",
            "{",
            "{} {}",
            "[] x",
            "[\"\u{1}\"]",
        ] {
            assert!(body(text.as_bytes(), 4).is_err(), "{text}");
            assert!(!is_body(text.as_bytes()), "{text}");
        }
        assert!(is_body(b" {\"a\":[]}") && is_body(b"[1]"));
    }

    #[test]
    fn a_hundred_levels_are_read() {
        let text = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(parse(text.as_bytes()).is_ok());
    }
}
