//! JSON of others as a tree in which no name is there twice: two readers could take different ones.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// What is said of a name that is there twice.
const TWICE: &str = "a name is there twice";
static NOTHING: Node = Node::Null;

/// A value. Nesting is bounded by the parser.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// As it is written for people.
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Object(BTreeMap<String, Node>),
}

impl Node {
    /// Reads a whole text.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        serde_json::from_slice(bytes).map_err(|error: serde_json::Error| {
            if error.is_data() {
                TWICE
            } else {
                "it is not well-formed JSON"
            }
        })
    }

    /// Returns the member of a name; null where there is none.
    pub(crate) fn get(&self, name: &str) -> &Self {
        match self {
            Self::Object(members) => members.get(name).unwrap_or(&NOTHING),
            _ => &NOTHING,
        }
    }

    /// Returns the member at a path of names with dots between them. A name that itself has dots is found first.
    pub(crate) fn at(&self, path: &str) -> &Self {
        let whole = self.get(path);
        if *whole != Self::Null {
            return whole;
        }
        let mut dots = path.match_indices('.');
        let inner = dots.find_map(|(at, _)| {
            let (first, rest) = path.split_at_checked(at)?;
            let inner = self.get(first);
            (*inner != Self::Null).then(|| inner.at(rest.trim_start_matches('.')))
        });
        inner.unwrap_or(&NOTHING)
    }

    /// Returns a text that is not empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Returns a text, number or truth value as text; of a list the first one.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(_) => self.text().map(str::to_owned),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            Self::List(list) => list.first().and_then(Self::scalar),
            Self::Null | Self::Object(_) => None,
        }
    }

    /// Returns a truth value, in the spellings of JSON and of databases.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.scalar()?.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" | "yes" => Some(true),
            "false" | "f" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    /// Returns a whole number, also one that is written as text.
    pub(crate) fn whole(&self) -> Option<i64> {
        self.scalar()?.parse().ok()
    }

    /// Returns the values of a list; nothing for anything else.
    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }

    /// True if there is something.
    pub(crate) fn is_there(&self) -> bool {
        *self != Self::Null
    }

    /// Returns the JSON that stands inside a text, or the value itself where it is no text.
    pub(crate) fn embedded(&self) -> Result<Self, &'static str> {
        match self {
            Self::Text(text) if !text.is_empty() => Self::parse(text.as_bytes()),
            Self::Text(_) => Ok(Self::Null),
            other => Ok(other.clone()),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = entries.next_entry::<String, Node>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Node::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_there_twice_and_deep_nesting_are_refused() {
        assert_eq!(Node::parse(br#"{"a":1,"a":2}"#), Err(TWICE));
        assert_eq!(Node::parse(br#"[{"b":{"a":1,"a":1}}]"#), Err(TWICE));
        let deep = "[".repeat(100_000);
        assert!(Node::parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn members_are_found_by_path_and_values_read_in_their_spellings() {
        let node = Node::parse(br#"{"a":{"b":[1,2],"c.d":"x"},"t":"T","j":"{\"k\":7}"}"#).unwrap();
        assert_eq!(node.at("a.b").scalar().as_deref(), Some("1"));
        assert_eq!(node.at("a.c.d").text(), Some("x"));
        assert!(!node.at("a.x.y").is_there() && !node.at("").is_there());
        assert_eq!(node.get("t").flag(), Some(true));
        assert_eq!(node.get("j").embedded().unwrap().get("k").whole(), Some(7));
    }
}
