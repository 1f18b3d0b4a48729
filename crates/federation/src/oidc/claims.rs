//! What a provider says of a user.

use serde_json::{Map, Value};

/// The longest subject, in characters (OpenID Connect Core 1.0 section 2).
const LONGEST_SUBJECT: usize = 255;

/// The claims of a user, by name. Only the readers of this module's neighbours make them, from answers and tokens that
/// they checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Takes members that were checked.
    pub(crate) const fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// Returns the value of a claim; null is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Returns a claim that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Returns the name by which the provider knows the user: the text of `claim`, 1 to 255 characters and no control
    /// character among them.
    #[must_use]
    pub fn subject(&self, claim: &str) -> Option<&str> {
        self.text(claim).filter(|text| is_subject(text))
    }

    /// Returns all claims.
    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns all claims.
    #[must_use]
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// Adds a claim unless there is one of the name.
    pub(crate) fn add(&mut self, name: &str, value: Value) {
        if self.get(name).is_none() {
            self.0.insert(name.to_owned(), value);
        }
    }

    /// Replaces a claim.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Takes a claim away.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }
}

/// True for a text that can be a subject.
pub(crate) fn is_subject(text: &str) -> bool {
    (1..=LONGEST_SUBJECT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        match value {
            Value::Object(members) => Claims::new(members),
            _ => panic!("no object"),
        }
    }

    #[test]
    fn a_subject_is_a_short_text_without_control_characters() {
        for (value, taken) in [
            (json!("10769150350006150715113082367"), true),
            (json!("auth0|5f7c8ec7c33c6c004bbafe82"), true),
            (json!("ü".repeat(255)), true),
            (json!("x".repeat(256)), false),
            (json!(""), false),
            (json!("a\nb"), false),
            (json!("a\u{0}"), false),
            (json!("a\u{85}b"), false),
            (json!(12), false),
            (json!(["a"]), false),
            (json!(null), false),
        ] {
            let found = claims(json!({ "sub": value }));
            assert_eq!(found.subject("sub").is_some(), taken, "{value}");
        }
        assert_eq!(Claims::default().subject("sub"), None);
    }

    #[test]
    fn null_is_no_claim() {
        let mut found = claims(json!({"a": null, "b": "x"}));
        assert_eq!(found.get("a"), None);
        found.add("a", json!("y"));
        found.add("b", json!("z"));
        assert_eq!((found.text("a"), found.text("b")), (Some("y"), Some("x")));
    }
}
