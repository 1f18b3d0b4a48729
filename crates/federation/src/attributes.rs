//! The texts that the values of providers become as attributes of users (endpoints.md 4.2).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Everything but letters, digits, `.`, `-`, `*` and `_`; blanks become `+`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'*')
    .remove(b'_')
    .remove(b' ');

/// Returns the text of a value. A text is itself, a flag `true` or `false`, a number its JSON, an object its JSON without
/// blanks, null the empty text. A list of one value is the text of that value, a longer one `[a,b]` with each member
/// form-encoded, an empty one the empty text. Attributes of SAML assertions with several values are lists.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
        Value::Array(list) => match list.as_slice() {
            [] => String::new(),
            [only] => text(only),
            several => {
                let encoded: Vec<String> = several.iter().map(|one| form(&text(one))).collect();
                format!("[{}]", encoded.join(","))
            }
        },
    }
}

/// Returns a text as a form encodes it.
fn form(text: &str) -> String {
    utf8_percent_encode(text, FORM)
        .to_string()
        .replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_value_has_its_text() {
        let cases = [
            (json!("Jane Doe & [co],"), "Jane Doe & [co],"),
            (json!(""), ""),
            (json!("  "), "  "),
            (json!(true), "true"),
            (json!(false), "false"),
            (json!(17), "17"),
            (json!(-1.5), "-1.5"),
            (
                json!(18_446_744_073_709_551_615_u64),
                "18446744073709551615",
            ),
            (json!(null), ""),
            (json!({}), "{}"),
            (
                json!({"country": "DE", "n": [1, 2]}),
                r#"{"country":"DE","n":[1,2]}"#,
            ),
            (json!([]), ""),
            (json!(["one value, whole"]), "one value, whole"),
            (json!([["a", "b c"]]), "[a,b+c]"),
            (json!(["a", "b"]), "[a,b]"),
            (json!([true, 2, null]), "[true,2,]"),
            (
                json!(["a.b-c*d_e", "x y", "a,b]", "ü~", "100%"]),
                "[a.b-c*d_e,x+y,a%2Cb%5D,%C3%BC%7E,100%25]",
            ),
            (json!(["a", ["b", "c"]]), "[a,%5Bb%2Cc%5D]"),
            (json!(["a", {"b": 1}]), "[a,%7B%22b%22%3A1%7D]"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(&value), expected, "{value}");
        }
    }

    #[test]
    fn members_can_be_told_apart_again() {
        let members = ["a,b", "[c]", "d+e f", "%2C"];
        let shown = text(&json!(members));
        let inner = &shown[1..shown.len() - 1];
        let decoded: Vec<String> = inner
            .split(',')
            .map(|one| one.replace('+', " "))
            .map(|one| {
                let bytes = percent_encoding::percent_decode_str(&one);
                bytes.decode_utf8().unwrap().into_owned()
            })
            .collect();
        assert_eq!(decoded, members);
    }
}
