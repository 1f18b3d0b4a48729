//! Texts of one-time passwords, USER_AUTH and CUSTOM_AUTH (auth.md 3.5, 3.6, 6.5).

use super::{ApiError, ErrorCode, api, unconfirmed::challenges as guess};

/// auth.md 6.5: a wrong code of SMS_MFA, EMAIL_OTP or SMS_OTP.
pub fn code_mismatch() -> ApiError {
    api(
        ErrorCode::CodeMismatch,
        "Invalid code or auth state for the user.",
    )
}

/// auth.md 6.5: a code that was replaced, or answered wrongly too often.
pub fn code_expired() -> ApiError {
    super::users::code_expired()
}

/// auth.md 1.10, settled T10: too many codes for a user or a destination. The operations of a sign-in do not declare
/// LimitExceededException.
pub fn too_many_codes() -> ApiError {
    api(ErrorCode::TooManyRequests, guess::TOO_MANY_CODES)
}
