//! Strict JSON for input that decides something: a name given twice is refused, not resolved.
//!
//! Two parsers that pick different values for a repeated name can be played against each other, for example a
//! filter in front of this server. Depth is bounded by `serde_json` (128 levels).

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses a whole document. Refuses trailing text, repeated names, more than 128 levels and invalid UTF-8.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
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
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Strict)?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a name is given twice"));
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
    fn a_hundred_levels_are_read() {
        let text = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(parse(text.as_bytes()).is_ok());
    }
}
