//! JSON that another program wrote: bounded in bytes, values and levels while it is read.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most bytes of a state or a plan.
pub const MOST_BYTES: usize = 64 << 20;
/// The most values in it.
const MOST_VALUES: usize = 2_000_000;
/// The most levels of lists and tables.
const MOST_LEVELS: usize = 100;

/// Reads a document.
///
/// # Errors
/// A text for a person: which bound it passes, or the line where it is no JSON; never what stands there, which may be
/// secret.
pub fn read(bytes: &[u8]) -> Result<Value, String> {
    within(bytes, &mut 0)
}

/// The same of one of several documents. `values`: how many values those before it had, which are counted on.
///
/// # Errors
/// As [`read`].
pub fn within(bytes: &[u8], values: &mut usize) -> Result<Value, String> {
    if bytes.len() > MOST_BYTES {
        return Err("the file is larger than 64 MiB".to_owned());
    }
    // Editors of some systems write a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bounds = Bounds {
        values: Cell::new(*values),
        passed: Cell::new(None),
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let seed = Seed {
        bounds: &bounds,
        level: 0,
    };
    let read = seed.deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    *values = bounds.values.get();
    read.map_err(|error| {
        if let Some(passed) = bounds.passed.get() {
            return passed.to_owned();
        }
        match error.classify() {
            serde_json::error::Category::Eof => "the file ends too early".to_owned(),
            _ => format!("line {}: this is no JSON", error.line()),
        }
    })
}

struct Bounds {
    values: Cell<usize>,
    /// The bound that was passed.
    passed: Cell<Option<&'static str>>,
}

impl Bounds {
    fn pass<E: serde::de::Error>(&self, what: &'static str) -> E {
        self.passed.set(Some(what));
        E::custom(what)
    }

    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        self.values.set(self.values.get() + 1);
        match self.values.get() > MOST_VALUES {
            true => Err(self.pass("the file has more than 2000000 values")),
            false => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    bounds: &'a Bounds,
    level: usize,
}

impl Seed<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.level >= MOST_LEVELS {
            return Err(self.bounds.pass("the file has more than 100 levels"));
        }
        Ok(Self {
            level: self.level + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.bounds.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut table = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if table.insert(name, value).is_some() {
                // Two readers of such a file would see two files.
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(Value::Object(table))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_as_it_is() {
        let value = json!({"a": [1, -2, 2.5, null, true, "ä\n"], "b": {"c": {}}});
        assert_eq!(read(value.to_string().as_bytes()), Ok(value));
        assert_eq!(read(b"\xef\xbb\xbf[1]"), Ok(json!([1])));
    }

    #[test]
    fn what_is_too_much_or_no_json_is_refused_by_name() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let many = format!("[{}0]", "0,".repeat(MOST_VALUES));
        for (text, expected) in [
            (deep(101), "the file has more than 100 levels"),
            (deep(100_000), "the file has more than 100 levels"),
            (many, "the file has more than 2000000 values"),
            ("{\"a\":".to_owned(), "the file ends too early"),
            (String::new(), "the file ends too early"),
            (
                "{\n\"password\": hunter2}".to_owned(),
                "line 2: this is no JSON",
            ),
            ("{}\n{}".to_owned(), "line 2: this is no JSON"),
            ("{\"a\":1,\n\"a\":2}".to_owned(), "line 2: this is no JSON"),
            ("\"\\ud800\"".to_owned(), "line 1: this is no JSON"),
        ] {
            assert_eq!(read(text.as_bytes()), Err(expected.to_owned()));
        }
        assert_eq!(read(b"\xff"), Err("line 1: this is no JSON".to_owned()));
        assert!(read(deep(100).as_bytes()).is_ok());
        // Several documents have the bound of one.
        let mut values = MOST_VALUES - 4;
        assert!(within(b"[1, 2]", &mut values).is_ok());
        let more = within(b"[1]", &mut values);
        assert_eq!(
            more,
            Err("the file has more than 2000000 values".to_owned())
        );
        let large = vec![b' '; MOST_BYTES + 1];
        assert_eq!(
            read(&large),
            Err("the file is larger than 64 MiB".to_owned())
        );
    }
}
