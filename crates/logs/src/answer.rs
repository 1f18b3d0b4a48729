//! What answers of services mean.

use std::time::Duration;

use cognate_domain::app::log_targets::ShipError;
use cognate_outbound::form::Answer;
use cognate_outbound::{Limits, OutboundError};
use serde_json::Value;

/// Bounds of one call.
pub const LIMITS: Limits = Limits {
    total: Duration::from_secs(10),
    connect: Duration::from_secs(5),
    bytes: 1 << 20,
    content_type: None,
};

/// Returns the failure of a call without an answer.
pub fn unanswered(error: &OutboundError) -> ShipError {
    ShipError::Later(error.to_string())
}

/// Returns the failure that a status tells.
pub fn refused(status: u16, code: &str) -> ShipError {
    let why = match code {
        "" => format!("status {status}"),
        code => format!("status {status} {code}"),
    };
    match status {
        413 => ShipError::TooLarge(why),
        _ => ShipError::Later(why),
    }
}

/// Reads the body of a successful answer of a service that speaks AWS JSON.
///
/// # Errors
/// The name of the service's error, and what follows from it.
pub fn json(answer: &Answer) -> Result<Value, (String, ShipError)> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if (200..300).contains(&answer.status) {
        return Ok(body);
    }
    let code = body.get("__type").or_else(|| body.get("code"));
    let code = plain(code.and_then(Value::as_str).unwrap_or_default());
    let error = refused(answer.status, &code);
    Err((code, error))
}

/// Returns the name of an error as it may stand in the log: `com.amazonaws#Name:http://…`.
fn plain(code: &str) -> String {
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    code.chars().filter(plain).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_errors_are_read_and_nothing_else_of_a_body() {
        let answer = |status, body: &str| Answer {
            status,
            body: body.to_owned().into(),
        };
        for (status, body, code, why) in [
            (
                400,
                r#"{"__type":"com.amazonaws.logs#ResourceNotFoundException","message":"secret"}"#,
                "ResourceNotFoundException",
                "status 400 ResourceNotFoundException",
            ),
            (503, "<html>secret</html>", "", "status 503"),
            (400, r#"{"__type":"A\nB: secret"}"#, "AB", "status 400 AB"),
        ] {
            let (found, error) = json(&answer(status, body)).unwrap_err();
            assert_eq!(found, code);
            assert_eq!(error, ShipError::Later(why.to_owned()));
        }
        assert_eq!(refused(413, ""), ShipError::TooLarge("status 413".into()));
        assert_eq!(json(&answer(200, "")).unwrap(), Value::Null);
    }
}
