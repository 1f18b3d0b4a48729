//! Why `dev` refused something: the header `x-cognate-hint`, the same words in the log, and `cognate explain` (docs/DEV.md).
//!
//! A hint follows from the answer and the request alone: exception, text, and members that the caller sent. So it tells nothing
//! that the answer does not; where PreventUserExistenceErrors makes two answers one, their hints are one. `serve` has none.

pub mod oauth;
pub mod table;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use cognate_access::json;
use cognate_domain::ApiError;
use cognate_shapes::{ErrorCode, Op};
use http::HeaderValue;
use http_body_util::Full;
use hyper::body::Body as _;
use serde_json::Value;

use crate::errors::Refusal;
use crate::http::limits::BodyLimit;
use crate::http::response::Response;
use table::{Hint, Of, TABLE};

/// The header.
pub const HEADER: &str = "x-cognate-hint";
/// The longest value of the request in a hint, in characters.
const LONGEST: usize = 100;
/// Stands for what a text is about, in the texts of the table.
const ABOUT: &str = "\u{1}";

impl Of {
    /// True if the refusal is of this kind.
    fn is(&self, code: ErrorCode, text: &str) -> bool {
        match self {
            Self::Text(error) => {
                let error = error();
                error.code == code && error.message == text
            }
            Self::About(error) => fits(&error(ABOUT), code, text),
            Self::Code(own) => *own == code,
        }
    }

    /// Returns the exception.
    fn code(&self) -> ErrorCode {
        match self {
            Self::Text(error) => error().code,
            Self::About(error) => error(ABOUT).code,
            Self::Code(own) => *own,
        }
    }
}

/// True if a text is that of an error about something.
fn fits(error: &ApiError, code: ErrorCode, text: &str) -> bool {
    let parts = error.message.split_once(ABOUT);
    let (before, behind) = parts.unwrap_or((&error.message, ""));
    error.code == code
        && text.len() >= before.len() + behind.len()
        && text.starts_with(before)
        && text.ends_with(behind)
}

/// Returns the entry of a refusal.
pub fn find(code: ErrorCode, text: &str) -> Option<&'static Hint> {
    TABLE.iter().find(|hint| hint.of.is(code, text))
}

/// Returns the hint of a refused call, and says it in the log; None in `serve`, and for what was not refused.
pub fn of_call<T>(
    dev: bool,
    op: Option<Op>,
    outcome: &Result<T, Refusal>,
    body: &[u8],
    request_id: &str,
) -> Option<String> {
    let refusal = outcome.as_ref().err().filter(|_| dev)?;
    let text = refusal.message.as_deref().unwrap_or_default();
    let hint = match find(refusal.code, text) {
        Some(hint) => written(hint, body),
        None => format!(
            "{}: nothing more is known of this refusal than its message",
            refusal.code.as_str()
        ),
    };
    let operation = op.map_or("unknown", Op::name);
    tracing::info!(request_id, operation, hint, "refused");
    Some(hint)
}

fn written(hint: &Hint, body: &[u8]) -> String {
    // The values are texts of the request itself: of one with more in it than that none is shown.
    let read = (!hint.values.is_empty()).then(|| json::body(body, BodyLimit::Small.values()));
    let input = match read {
        Some(Ok(json::Body::Object(input))) => input,
        _ => Value::Null,
    };
    let values = hint.values.iter().filter_map(|name| {
        let value = input.get(*name)?.as_str()?;
        let value: String = value.chars().take(LONGEST).collect();
        Some(format!("{name}={value}"))
    });
    let values: Vec<String> = values.collect();
    let values = match values.is_empty() {
        true => String::new(),
        false => format!(" [{}]", values.join(", ")),
    };
    format!("{}: {}{values} => {}", hint.code, hint.cause, hint.setting)
}

/// Puts the hint of an answer of the OAuth endpoints into its header, and says it in the log.
pub fn put_page(response: &mut Response, query: Option<&str>) {
    let body = bytes_of(response.body());
    let Some(hint) = oauth::of_answer(query, response, &body) else {
        return;
    };
    tracing::info!(hint, "refused");
    put(response, Some(hint));
}

/// Returns the bytes of a body, all of which are there.
fn bytes_of(body: &Full<Bytes>) -> Bytes {
    let mut copy = body.clone();
    let mut cx = Context::from_waker(Waker::noop());
    match Pin::new(&mut copy).poll_frame(&mut cx) {
        Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        _ => Bytes::new(),
    }
}

/// Puts a hint into the header of an answer, with what a header cannot have as `?`.
pub fn put(response: &mut Response, hint: Option<String>) {
    let Some(hint) = hint else {
        return;
    };
    let plain: String = hint
        .chars()
        .map(|c| match c {
            ' '..='~' => c,
            _ => '?',
        })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&plain) {
        response.headers_mut().insert(HEADER, value);
    }
}

/// Returns the entries that a person means by a code or by the name of an exception, each for a person.
pub fn explained(word: &str) -> Vec<String> {
    let found = named(word);
    let own = found.iter().map(|hint| shown(hint));
    let lower = word.to_ascii_lowercase();
    let others = oauth::TABLE
        .iter()
        .filter(|hint| hint.code == lower || (hint.of)().error == lower)
        .map(|hint| {
            let error = (hint.of)().error;
            let (code, cause, setting) = (hint.code, hint.cause, hint.setting);
            format!("{code} ({error})\n  Cause: {cause}\n  Setting: {setting}")
        });
    own.chain(others).collect()
}

/// Returns all codes and causes.
pub fn all() -> Vec<String> {
    let own = TABLE.iter().map(|hint| (hint.code, hint.cause));
    let others = oauth::TABLE.iter().map(|hint| (hint.code, hint.cause));
    own.chain(others)
        .map(|(code, cause)| format!("{code}: {cause}"))
        .collect()
}

fn named(word: &str) -> Vec<&'static Hint> {
    let word = word.to_ascii_lowercase();
    let exception = |hint: &Hint| {
        let name = hint.of.code().as_str().to_ascii_lowercase();
        name == word || name.strip_suffix("exception") == Some(word.as_str())
    };
    TABLE
        .iter()
        .filter(|hint| hint.code == word || exception(hint))
        .collect()
}

fn shown(hint: &Hint) -> String {
    let text = match &hint.of {
        Of::Text(error) => error().message.into_owned(),
        Of::About(error) => error(ABOUT).message.replace(ABOUT, "…"),
        Of::Code(_) => "any message".to_owned(),
    };
    format!(
        "{} ({}: {text})\n  Cause: {}\n  Setting: {}",
        hint.code,
        hint.of.code().as_str(),
        hint.cause,
        hint.setting
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cognate_domain::errors::auth;

    use super::*;

    #[test]
    fn every_code_is_there_once_in_the_documentation_too_and_is_found_by_its_own_text() {
        let docs = include_str!("../../../../docs/DEV.md");
        let mut seen = BTreeSet::new();
        for hint in TABLE {
            assert!(seen.insert(hint.code), "{}", hint.code);
            let row = format!("| `{}` |", hint.code);
            assert!(
                docs.contains(&row),
                "docs/DEV.md has no row of {}",
                hint.code
            );
            let text = match &hint.of {
                Of::Text(error) => error().message.into_owned(),
                Of::About(error) => error("x").message.into_owned(),
                Of::Code(_) => "whatever".to_owned(),
            };
            let found = find(hint.of.code(), &text).unwrap();
            assert_eq!(found.code, hint.code, "{text}");
            assert_eq!(named(hint.code)[0].code, hint.code);
            assert!(hint.cause.is_ascii() && hint.setting.is_ascii());
        }
        for hint in oauth::TABLE {
            assert!(seen.insert(hint.code), "{}", hint.code);
            let row = format!("| `{}` |", hint.code);
            assert!(
                docs.contains(&row),
                "docs/DEV.md has no row of {}",
                hint.code
            );
            assert!(!explained(hint.code).is_empty());
        }
        assert!(TABLE.len() >= 20);
        assert!(named("NotAuthorized").len() > 5);
        assert!(named("nothing").is_empty());
    }

    #[test]
    fn a_hint_has_the_cause_the_value_and_the_setting_and_no_secret() {
        let refusal = Err::<(), _>(Refusal::from(auth::secret_not_received("abc")));
        let body = br#"{"ClientId": "abc", "AuthParameters": {"PASSWORD": "hunter2"}}"#;
        let hint = of_call(true, Some(Op::InitiateAuth), &refusal, body, "r").unwrap();
        assert!(hint.starts_with("secret-hash-missing: "), "{hint}");
        assert!(hint.contains(" [ClientId=abc] => ") && !hint.contains("hunter2"));
        assert_eq!(of_call(false, None, &refusal, body, "r"), None);
        assert_eq!(of_call(true, None, &Ok::<(), Refusal>(()), body, "r"), None);
    }

    #[test]
    fn what_a_header_cannot_have_is_left_out_of_it() {
        let mut response = Response::default();
        put(&mut response, Some("a\r\nx: y \u{e9}".to_owned()));
        assert_eq!(response.headers()[HEADER], "a??x: y ?");
    }
}
