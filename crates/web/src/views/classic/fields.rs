//! The fields of forms, and the rules for passwords.

use crate::views::classic::texts::{Texts, fill};
use crate::views::screen::{AttributeField, PasswordRules};

/// A field of a form.
pub(super) struct Field<'a> {
    /// The label.
    pub(super) label: &'a str,
    /// The id.
    pub(super) id: &'a str,
    /// The name.
    pub(super) name: String,
    /// The type.
    pub(super) kind: &'static str,
    /// The value.
    pub(super) value: &'a str,
    /// The autofill token; empty for none.
    pub(super) autocomplete: &'static str,
    /// True for a code of digits.
    pub(super) digits: bool,
}

impl<'a> Field<'a> {
    /// Returns the field for an attribute.
    pub(super) fn attribute(t: &'a Texts, field: &'a AttributeField) -> Self {
        let (kind, autocomplete) = match field.name.as_str() {
            "email" => ("email", "email"),
            "phone_number" => ("tel", "tel"),
            "birthdate" => ("date", "bday"),
            "website" | "profile" | "picture" => ("url", "url"),
            "given_name" => ("text", "given-name"),
            "family_name" => ("text", "family-name"),
            "middle_name" => ("text", "additional-name"),
            "name" => ("text", "name"),
            "nickname" => ("text", "nickname"),
            "address" => ("text", "street-address"),
            _ => ("text", ""),
        };
        Self {
            label: t.attribute(&field.name),
            id: &field.name,
            name: format!("requiredAttributes[{}]", field.name),
            kind,
            value: &field.value,
            autocomplete,
            digits: false,
        }
    }

    /// Returns the field for a code of digits.
    pub(super) fn code(label: &'a str, id: &'a str, name: &str) -> Self {
        Self {
            label,
            id,
            name: name.to_owned(),
            kind: "text",
            value: "",
            autocomplete: "one-time-code",
            digits: true,
        }
    }

    /// Returns the field for a new password.
    pub(super) fn password(label: &'a str, id: &'a str, name: &str) -> Self {
        Self {
            label,
            id,
            name: name.to_owned(),
            kind: "password",
            value: "",
            autocomplete: "new-password",
            digits: false,
        }
    }
}

/// Returns the two fields for a new password.
pub(super) fn passwords<'a>(t: &'static Texts, first: &str, second: &str) -> Vec<Field<'a>> {
    vec![
        Field::password(&t.new_password, "new_password", first),
        Field::password(&t.new_password_again, "confirm_password", second),
    ]
}

/// A rule for passwords, as a line of its own.
pub(super) struct Rule {
    /// The word of its classes.
    pub(super) word: &'static str,
    /// The text.
    pub(super) text: String,
    /// The fewest characters of a password.
    pub(super) least: i64,
}

/// Returns the rules that a policy has (pages.md 1.2, K13).
pub(super) fn rules(t: &Texts, rules: &PasswordRules) -> Vec<Rule> {
    let least = rules.min_length;
    [
        ("lowerletter", rules.lowercase, t.rule_lower.clone()),
        ("upperletter", rules.uppercase, t.rule_upper.clone()),
        ("symbols", rules.symbol, t.rule_symbol.clone()),
        ("numbers", rules.number, t.rule_number.clone()),
        (
            "length",
            true,
            fill(&t.rule_length, "n", &least.to_string()),
        ),
    ]
    .into_iter()
    .filter(|(_, holds, _)| *holds)
    .map(|(word, _, text)| Rule { word, text, least })
    .collect()
}
