//! JSON objects from untrusted sources.
//!
//! Two readers of one document must not see different things: of a member that is given twice, some take the first and
//! some the last (RFC 8259 section 4). Such documents are refused.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a document is no usable object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    /// It is not JSON, or no object, or nested deeper than 128 levels.
    NotAnObject,
    /// A member is given twice, at any depth.
    Twice,
}

/// Reads an object.
///
/// # Errors
/// [`Unclear`].
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Unclear> {
    let twice = Cell::new(false);
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = Once(&twice).deserialize(&mut json);
    match read.and_then(|value| json.end().map(|()| value)) {
        Ok(Value::Object(members)) => Ok(members),
        _ if twice.get() => Err(Unclear::Twice),
        _ => Err(Unclear::NotAnObject),
    }
}

/// Reads a value in which each member is given once.
#[derive(Clone, Copy)]
struct Once<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = object.next_value_seed(self)?;
            if members.insert(name, value).is_some() {
                self.0.set(true);
                return Err(A::Error::custom("a member is given twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_as_serde_reads_it() {
        let text = r#" {"a":[1,-2,1.5,true,null,"x\u0041"],"b":{"c":{}},"":18446744073709551615} "#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(object(text.as_bytes()).map(Value::Object), Ok(expected));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        for text in [
            "",
            "[]",
            "null",
            "\"a\"",
            "{",
            "{}x",
            "{'a':1}",
            "{\"a\":1,}",
            &deep,
        ] {
            assert_eq!(object(text.as_bytes()), Err(Unclear::NotAnObject), "{text}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}"), Err(Unclear::NotAnObject));
    }

    #[test]
    fn a_member_that_is_given_twice_is_refused_at_every_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"a":[{"b":{"c":1,"c":2}}]}"#,
        ] {
            assert_eq!(object(text.as_bytes()), Err(Unclear::Twice), "{text}");
        }
    }
}
