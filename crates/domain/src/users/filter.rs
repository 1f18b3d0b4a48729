//! The Filter of ListUsers: one attribute, in double quotes or without, `=` or `^=`, one value in double quotes
//! (admin.md 2.3, settled L3).

use crate::errors::{self, Result};
use crate::facts::names;
use crate::records::user::{INDEXED_CHARS, SEARCHED, User, indexed};

/// The comparison of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `^=`.
    Prefix,
}

/// A parsed filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// As in the index.
    pub attribute: &'static str,
    /// `=` or `^=`.
    pub comparison: Comparison,
    /// Folded as the attribute's values are.
    pub value: String,
}

impl Filter {
    /// Parses a filter; an empty one is none.
    ///
    /// # Errors
    /// InvalidParameterException for a text that does not follow the grammar or names an attribute that cannot be
    /// searched.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let (name, comparison, value) = split(text).ok_or_else(errors::users::filter_syntax)?;
        let attribute =
            searchable(name).ok_or_else(|| errors::users::invalid_search_attribute(name))?;
        let value = match attribute {
            "username" | "status" => names::nfc(&value).into_owned(),
            _ => names::fold_case(&value),
        };
        Ok(Some(Self {
            attribute,
            comparison,
            value,
        }))
    }

    /// Returns the part of the value that the index can be asked for.
    pub fn indexed(&self) -> String {
        indexed(&self.value)
    }

    /// True if the index must be asked for one value, not for a range: an exact match, or a prefix as long as what the
    /// index holds.
    pub fn is_point(&self) -> bool {
        self.comparison == Comparison::Equal || self.outgrows_index()
    }

    /// True if the value is as long as what the index holds, so that users must be compared by their whole values.
    pub fn outgrows_index(&self) -> bool {
        self.value.chars().count() >= INDEXED_CHARS
    }

    /// True if a user matches by the whole value.
    pub fn matches(&self, user: &User) -> bool {
        let value = match self.attribute {
            "username" => names::nfc(&user.username).into_owned(),
            "status" => if user.enabled { "Enabled" } else { "Disabled" }.to_owned(),
            "cognito:user_status" => names::fold_case(user.status.as_str()),
            attribute => names::fold_case(user.attribute(attribute).unwrap_or_default()),
        };
        match self.comparison {
            Comparison::Equal => value == self.value,
            Comparison::Prefix => value.starts_with(&self.value),
        }
    }
}

/// Returns the smallest text above all that begin with `prefix`; None when there is none.
pub fn upper_bound(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Between U+D7FF and U+E000 there are no characters.
        let next = if last == '\u{D7FF}' {
            Some('\u{E000}')
        } else {
            char::from_u32(u32::from(last) + 1)
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

fn searchable(name: &str) -> Option<&'static str> {
    let others = ["username", "cognito:user_status", "status", "sub"];
    SEARCHED
        .into_iter()
        .chain(others)
        .find(|known| *known == name)
}

/// Returns name, comparison and unescaped value; None when the text does not follow the grammar.
fn split(text: &str) -> Option<(&str, Comparison, String)> {
    let text = text.trim();
    let (name, rest) = match text.strip_prefix('"') {
        // No name has a quote in it, so there is nothing to escape.
        Some(quoted) => quoted.split_once('"')?,
        None => {
            let end = text.find(|c: char| c == '=' || c == '^' || c.is_whitespace())?;
            text.split_at_checked(end)?
        }
    };
    let rest = rest.trim_start();
    let (comparison, rest) = match rest.strip_prefix("^=") {
        Some(rest) => (Comparison::Prefix, rest),
        None => (Comparison::Equal, rest.strip_prefix('=')?),
    };
    let quoted = rest.trim_start().strip_prefix('"')?;
    if name.is_empty() {
        return None;
    }
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => match chars.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            plain => value.push(plain),
        }
    }
    chars
        .as_str()
        .trim()
        .is_empty()
        .then_some((name, comparison, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (&'static str, Comparison, String) {
        let filter = Filter::parse(text).ok().flatten().unwrap();
        (filter.attribute, filter.comparison, filter.value)
    }

    #[test]
    fn spacing_and_escapes() {
        use Comparison::{Equal, Prefix};
        assert_eq!(
            parsed(r#"email="a@b.co""#),
            ("email", Equal, "a@b.co".into())
        );
        assert_eq!(
            parsed(r#"  given_name   ^=   "Jo" "#),
            ("given_name", Prefix, "jo".into())
        );
        assert_eq!(
            parsed(r#"name = "say \"hi\" \\ \x""#),
            ("name", Equal, r#"say "hi" \ \x"#.into())
        );
        assert_eq!(
            parsed(r#"username = "Bob""#),
            ("username", Equal, "Bob".into())
        );
        assert_eq!(
            parsed(r#"cognito:user_status = "Confirmed""#),
            ("cognito:user_status", Equal, "confirmed".into())
        );
        assert_eq!(
            parsed(r#"status="Enabled""#),
            ("status", Equal, "Enabled".into())
        );
        assert_eq!(parsed(r#"name ^= """#), ("name", Prefix, String::new()));
        assert!(matches!(Filter::parse("  "), Ok(None)));
    }

    #[test]
    fn the_attribute_may_stand_in_quotes() {
        use Comparison::{Equal, Prefix};
        for (text, comparison, value) in [
            (r#""email"^="testuser""#, Prefix, "testuser"),
            (r#""email"="testuser""#, Equal, "testuser"),
            (r#" "email"  ^=  "testuser" "#, Prefix, "testuser"),
            (r#""email" = "a \"b\" \\ c""#, Equal, r#"a "b" \ c"#),
        ] {
            assert_eq!(parsed(text), ("email", comparison, value.into()), "{text}");
        }
        let status = ("cognito:user_status", Equal, "confirmed".into());
        assert_eq!(parsed(r#""cognito:user_status"="CONFIRMED""#), status);
    }

    #[test]
    fn everything_else_is_refused() {
        let told = |text: &str| match Filter::parse(text) {
            Err(crate::errors::Fault::Api(error)) => error.message.into_owned(),
            _ => panic!("accepted: {text}"),
        };
        for bad in [
            "email",
            "email = ",
            "email = a",
            r#"email = "a"#,
            r#"email = "a\""#,
            r#"email == "a""#,
            r#"email ^ = "a""#,
            r#"= "a""#,
            r#"email = "a" and name = "b""#,
            r#"email <> "a""#,
            r#""email = "a""#,
            r#""email" "a""#,
            r#""email"" = "a""#,
            r#""" = "a""#,
            r#""email"#,
            r#"'email' = 'a'"#,
        ] {
            assert_eq!(told(bad), "Error while parsing filter.", "{bad}");
        }
        assert_eq!(
            told(r#"custom:foo = "a""#),
            "Invalid search attribute: custom:foo"
        );
        assert_eq!(told(r#"Email = "a""#), "Invalid search attribute: Email");
        for odd in ["Email", " email", "email=", "custom:foo"] {
            let text = format!("Invalid search attribute: {odd}");
            assert_eq!(told(&format!(r#""{odd}" = "a""#)), text);
        }
    }

    #[test]
    fn the_bound_is_the_next_code_point() {
        assert_eq!(upper_bound("ab").as_deref(), Some("ac"));
        assert_eq!(upper_bound("a\u{D7FF}").as_deref(), Some("a\u{E000}"));
        assert_eq!(upper_bound("a\u{10FFFF}\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(upper_bound("\u{10FFFF}"), None);
        assert_eq!(upper_bound(""), None);
    }
}
