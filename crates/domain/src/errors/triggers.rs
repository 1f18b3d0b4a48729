//! Texts about the functions of triggers (admin.md 3.5). `trigger` is the trigger's key in LambdaConfig.

use crate::errors::unconfirmed::triggers as guess;
use crate::errors::{ApiError, ErrorCode, api, invalid_parameter};

/// The function ended with an error. The service adds a full stop to the function's own text, whatever that ends with.
pub fn failed(trigger: &str, message: &str) -> ApiError {
    api(
        ErrorCode::UserLambdaValidation,
        format!("{trigger} failed with error {message}."),
    )
}

/// The function could not be called, or did not answer in time; `reason` is the error of the service that runs it.
pub fn not_invoked(trigger: &str, reason: &str) -> ApiError {
    api(
        ErrorCode::UnexpectedLambda,
        format!("{trigger} invocation failed due to error {reason}."),
    )
}

/// The function did not answer in time.
pub fn timed_out(trigger: &str) -> ApiError {
    not_invoked(trigger, "Socket timeout while invoking Lambda function")
}

/// No settings say where the function runs (settled S25).
pub fn without_target(trigger: &str) -> ApiError {
    api(
        ErrorCode::UnexpectedLambda,
        format!("{trigger} invocation failed due to configuration."),
    )
}

/// The function cannot be reached.
pub fn unreachable(trigger: &str) -> ApiError {
    not_invoked(trigger, guess::UNREACHABLE)
}

/// The output is no JSON document.
pub fn not_json() -> ApiError {
    api(
        ErrorCode::InvalidLambdaResponse,
        "Invalid lambda function output : Invalid JSON",
    )
}

/// The output is JSON of another shape than the trigger's.
pub fn unrecognizable() -> ApiError {
    api(
        ErrorCode::InvalidLambdaResponse,
        "Unrecognizable lambda output",
    )
}

/// settled T12: the answer of CustomMessage has another `userName` than its event.
pub fn another_username() -> ApiError {
    api(
        ErrorCode::InvalidLambdaResponse,
        "Invalid user name. User name in Lambda mismatches the actual username.",
    )
}

/// admin.md 3.3: an e-mail that a function worded has a character that e-mails may not have. The placeholders in
/// `body` are not filled in.
pub fn email_characters(body: &str, by_link: bool) -> ApiError {
    let pattern = if by_link {
        guess::EMAIL_BY_LINK
    } else {
        r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*"
    };
    invalid_parameter(format!(
        "1 validation error detected: Value '{body}' at 'emailBody' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    ))
}
