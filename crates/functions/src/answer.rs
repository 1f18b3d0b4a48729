//! What a function, or the service that runs it, answered.

use std::time::Duration;

use bytes::Bytes;
use cognate_domain::app::functions::{InvokeError, MAX_OUTPUT};
use cognate_outbound::OutboundError;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// Longer texts of a function's error are cut: the rest helps nobody who reads them in an answer.
const MAX_MESSAGE: usize = 4096;
/// The error of a function that gives none (admin.md 3.6).
pub const UNHANDLED: &str = "Unhandled";
/// Outputs beyond this are parsed apart from the threads that serve others. Errors are never as large: what claims to be
/// one is not parsed.
const LARGE: usize = 128 << 10;
/// The pause before the next try, doubled after each.
pub const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause, whatever a service asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A try without an output.
#[derive(Debug)]
pub struct Failure {
    /// The error.
    pub error: InvokeError,
    /// True if another try may do better. A time-out, a broken connection and 429 are repeated; an error of the function
    /// and any other answer of the service, 5xx included, are not (admin.md 3.1).
    pub again: bool,
    /// The pause that the service asks for.
    pub pause: Option<Duration>,
}

impl Failure {
    /// Returns a failure that stays one.
    pub fn lasting(error: InvokeError) -> Self {
        Self {
            error,
            again: false,
            pause: None,
        }
    }

    /// Returns a failure that may pass.
    pub fn passing(error: InvokeError) -> Self {
        Self {
            error,
            again: true,
            pause: None,
        }
    }

    /// Returns a failure that passes after the pause that a header asks for.
    pub fn throttled(headers: &HeaderMap, error: InvokeError) -> Self {
        let asked = headers.get(header::RETRY_AFTER);
        let seconds = asked.and_then(|value| value.to_str().ok()?.parse().ok());
        Self {
            error,
            again: true,
            pause: seconds.map(|s| Duration::from_secs(s).min(LONGEST_PAUSE)),
        }
    }

    /// Returns the failure of a request.
    pub fn unsent(error: OutboundError) -> Self {
        match error {
            OutboundError::TooLarge => Self::lasting(InvokeError::NotJson),
            OutboundError::Slow => Self::passing(InvokeError::Timeout),
            OutboundError::Broken(_) | OutboundError::Busy => {
                Self::passing(InvokeError::Unreachable(error.to_string()))
            }
            OutboundError::Url
            | OutboundError::Address
            | OutboundError::Status(_)
            | OutboundError::ContentType => {
                Self::lasting(InvokeError::Unreachable(error.to_string()))
            }
        }
    }
}

/// Parses an output.
///
/// # Errors
/// A lasting `NotJson`.
pub async fn output(body: Bytes) -> Result<Value, Failure> {
    let not_json = || Failure::lasting(InvokeError::NotJson);
    if body.len() > MAX_OUTPUT {
        return Err(not_json());
    }
    if body.len() <= LARGE {
        return serde_json::from_slice(&body).map_err(|_| not_json());
    }
    let parsed = tokio::task::spawn_blocking(move || serde_json::from_slice(&body)).await;
    parsed.ok().and_then(Result::ok).ok_or_else(not_json)
}

/// Returns the text of an error document: `errorMessage`, or `errorType` (admin.md 3.6). None if the body is none.
pub fn error_message(body: &[u8]) -> Option<String> {
    let document = small(body)?;
    let member = |name: &str| {
        let text = document.get(name)?.as_str()?;
        (!text.is_empty()).then(|| shortened(text))
    };
    member("errorMessage").or_else(|| member("errorType"))
}

fn small(body: &[u8]) -> Option<Value> {
    (body.len() <= LARGE).then(|| serde_json::from_slice(body).ok())?
}

/// Returns a text, cut where it is too long for an answer.
pub fn shortened(text: &str) -> String {
    text.chars().take(MAX_MESSAGE).collect()
}

/// Returns the error of a service that did not call the function: the name without its namespace, or one that goes with
/// the status.
pub fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    let header = headers.get("x-amzn-errortype");
    let named = header.and_then(|value| Some(value.to_str().ok()?.to_owned()));
    let named = named.or_else(|| {
        let document = small(body)?;
        Some(document.get("__type")?.as_str()?.to_owned())
    });
    // `namespace#Name:http://…`
    let name = named.as_deref().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default();
    if (1..=100).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return name.to_owned();
    }
    match status.as_u16() {
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        413 => "RequestTooLargeException",
        415 => "UnsupportedMediaTypeException",
        429 => "TooManyRequestsException",
        400..=499 => "InvalidRequestContentException",
        _ => "ServiceException",
    }
    .to_owned()
}

/// Returns the failure of an answer that is neither an output nor an error.
pub fn unexpected(status: StatusCode) -> Failure {
    // A redirect could lead to where the operator never meant to send events.
    Failure::lasting(InvokeError::Unreachable(format!("status {status}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_lose_their_namespace_and_have_a_name_in_any_case() {
        let named = |status: u16, header: Option<&str>, body: &str| {
            let mut headers = HeaderMap::new();
            if let Some(value) = header {
                headers.insert("x-amzn-errortype", value.parse().unwrap());
            }
            let status = StatusCode::from_u16(status).unwrap();
            refusal(status, &headers, body.as_bytes())
        };
        let full = "ResourceNotFoundException:http://internal.amazon.com/coral/";
        assert_eq!(named(404, Some(full), ""), "ResourceNotFoundException");
        assert_eq!(
            named(403, None, r#"{"__type":"com.x#AccessDeniedException"}"#),
            "AccessDeniedException"
        );
        assert_eq!(named(502, None, "<html>"), "ServiceException");
        // Nobody writes sentences into an exception of this server by a header.
        assert_eq!(
            named(429, Some("go to evil.example"), ""),
            "TooManyRequestsException"
        );
        assert_eq!(
            named(400, Some(&"x".repeat(101)), ""),
            "InvalidRequestContentException"
        );
    }

    #[test]
    fn an_error_document_says_its_message_or_its_type() {
        assert_eq!(
            error_message(br#"{"errorMessage":"no","errorType":"E"}"#).as_deref(),
            Some("no")
        );
        assert_eq!(
            error_message(br#"{"errorMessage":"","errorType":"E"}"#).as_deref(),
            Some("E")
        );
        assert_eq!(error_message(br#"{"errorMessage":7}"#), None);
        assert_eq!(error_message(b"no"), None);
        let large = format!(r#"{{"errorMessage":"no","x":"{}"}}"#, "x".repeat(LARGE));
        assert_eq!(error_message(large.as_bytes()), None);
        let long = format!(r#"{{"errorMessage":"{}"}}"#, "\u{e9}".repeat(9000));
        assert_eq!(
            error_message(long.as_bytes()).unwrap().chars().count(),
            MAX_MESSAGE
        );
    }
}
