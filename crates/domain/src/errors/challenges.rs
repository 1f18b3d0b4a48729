//! Texts of one-time passwords, USER_AUTH and CUSTOM_AUTH (auth.md 3.5, 3.6, 6.5).

use crate::errors::unconfirmed::challenges as guess;
use crate::errors::{ApiError, ErrorCode, api};
use crate::facts::action::Action;

/// auth.md 6.5: a wrong code of SMS_MFA, EMAIL_OTP or SMS_OTP.
pub fn code_mismatch() -> ApiError {
    api(
        ErrorCode::CodeMismatch,
        "Invalid code or auth state for the user.",
    )
}

/// auth.md 6.5: a code that was replaced, or answered wrongly too often.
pub fn code_expired() -> ApiError {
    crate::errors::users::code_expired()
}

/// auth.md 1.10, 2.7, settled T10: too many codes for a user or a destination, or too many wrong answers. Operations
/// that do not declare LimitExceededException, as those of a sign-in, declare that there were too many requests.
pub fn too_many_codes(action: Action) -> ApiError {
    if action.declares(ErrorCode::LimitExceeded) {
        crate::errors::auth::attempt_limit_exceeded()
    } else {
        api(ErrorCode::TooManyRequests, guess::TOO_MANY_CODES)
    }
}

/// auth.md 6.5: SELECT_CHALLENGE with an answer that is not in AvailableChallenges. The type is documented; four
/// unconnected client programs that sign in by e-mail code look for this text, which they get for unknown users too.
pub fn challenge_not_offered() -> ApiError {
    crate::errors::not_authorized("Selected challenge is not available")
}

/// admin.md 2.2: a user without a password and without anything that a one-time password could be sent to.
pub fn no_first_factor() -> ApiError {
    crate::errors::invalid_parameter(guess::NO_FIRST_FACTOR)
}

/// auth.md 6.4: DefineAuthChallenge wants a challenge that there is not, or none at all.
pub fn unusable_decision() -> ApiError {
    crate::errors::triggers::unrecognizable()
}
