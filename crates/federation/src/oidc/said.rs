//! An endpoint's refusal in the provider's words.

use serde_json::{Map, Value};

use crate::json::{self, Unclear};

/// The most characters that are kept of a text of a provider.
const LONGEST: usize = 200;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Said {
    /// An error of the provider's.
    #[error("the provider answered with the error {code:?} (status {status})")]
    Refusal {
        /// The status.
        status: u16,
        /// Its name for the error: at most 200 characters, printable.
        code: Option<String>,
        /// Its explanation, under the same bounds. It may tell something of the user, so it is not part of the message.
        description: Option<String>,
    },
    /// A success that is no JSON object, or gives a member twice.
    #[error("the answer of status {0} is no JSON object, or gives a member twice")]
    Unreadable(u16),
    /// A success without something that is needed.
    #[error("the answer has no {0}")]
    Incomplete(&'static str),
}

/// Reads the answer of a provider's endpoint.
///
/// # Errors
/// [`Said`], also for a success that holds an `error`, as some send.
pub(crate) fn success(status: u16, body: &[u8]) -> Result<Map<String, Value>, Said> {
    let good = (200..300).contains(&status);
    match json::object(body) {
        Ok(members) if good && !members.contains_key("error") => Ok(members),
        Ok(members) => Err(refusal(status, &members)),
        Err(Unclear::NotAnObject | Unclear::Twice) if good => Err(Said::Unreadable(status)),
        Err(_) => Err(refusal(status, &Map::new())),
    }
}

/// Reads an error as OAuth 2.0 writes it (RFC 6749 section 5.2), or as an object of code, type and message (Facebook).
fn refusal(status: u16, members: &Map<String, Value>) -> Said {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(clean);
    let (code, description) = match members.get("error") {
        Some(Value::Object(error)) => (
            text(error.get("type")).or_else(|| text(error.get("status"))),
            text(error.get("message")),
        ),
        error => (text(error), text(members.get("error_description"))),
    };
    Said::Refusal {
        status,
        code,
        description,
    }
}

/// Returns the beginning of a text without characters that are not seen.
pub(crate) fn clean(text: &str) -> String {
    let seen = text.chars().filter(|c| !c.is_control());
    seen.take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: Option<&str>, description: Option<&str>) -> Said {
        Said::Refusal {
            status,
            code: code.map(Into::into),
            description: description.map(Into::into),
        }
    }

    #[test]
    fn an_error_is_read_in_each_form() {
        for (status, body, expected) in [
            (
                400,
                r#"{"error":"invalid_grant","error_description":"Bad Request"}"#,
                refused(400, Some("invalid_grant"), Some("Bad Request")),
            ),
            (
                400,
                r#"{"error":{"message":"This code has expired.","type":"OAuthException","code":100}}"#,
                refused(400, Some("OAuthException"), Some("This code has expired.")),
            ),
            (
                200,
                r#"{"error":"bad_verification_code"}"#,
                refused(200, Some("bad_verification_code"), None),
            ),
            (200, r#"{"error":null}"#, refused(200, None, None)),
            (502, "<html>", refused(502, None, None)),
            (500, "", refused(500, None, None)),
            (302, "{}", refused(302, None, None)),
            (
                400,
                r#"{"error":"a","error":"b"}"#,
                refused(400, None, None),
            ),
            (200, "<html>", Said::Unreadable(200)),
            (200, "[]", Said::Unreadable(200)),
            (200, r#"{"a":1,"a":2}"#, Said::Unreadable(200)),
        ] {
            assert_eq!(success(status, body.as_bytes()), Err(expected), "{body}");
        }
        assert!(success(201, b"{}").is_ok());
    }

    #[test]
    fn texts_are_bounded_and_printable() {
        let text = format!("a\r\nSet-Cookie: x\u{0}{}", "y".repeat(10_000));
        let code = clean(&text);
        assert!(code.starts_with("aSet-Cookie: x"));
        assert_eq!(code.chars().count(), 200);
    }

    #[test]
    fn the_message_tells_nothing_of_the_user() {
        let said = refused(400, Some("invalid_grant"), Some("jane@example.com said no"));
        assert!(!said.to_string().contains("jane"));
    }
}
