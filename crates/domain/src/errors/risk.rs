//! Refusals of threat protection (admin.md 2.8, 6.1).

use crate::errors::unconfirmed::risk as guess;
use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, not_authorized};

/// settled T18.
pub fn add_on_not_enabled() -> ApiError {
    api(
        ErrorCode::UserPoolAddOnNotEnabled,
        guess::ADD_ON_NOT_ENABLED,
    )
}

/// settled V17.
pub fn cidr_format() -> ApiError {
    invalid_parameter("Incorrect CIDR format")
}

/// Where answers to the messages go is no address.
pub fn invalid_reply_to() -> ApiError {
    invalid_parameter(guess::REPLY_TO_INVALID)
}

/// Users are to be told, and nothing says by whom.
pub fn no_notify_configuration() -> ApiError {
    invalid_parameter(guess::NO_NOTIFY_CONFIGURATION)
}

/// admin.md 2.8: the user has no such event.
pub fn event_not_found() -> ApiError {
    api(ErrorCode::ResourceNotFound, guess::EVENT_NOT_FOUND)
}

/// admin.md 2.8: the token is not one of this event.
pub fn feedback_token_invalid() -> ApiError {
    not_authorized(guess::FEEDBACK_TOKEN_INVALID)
}

/// admin.md 2.8: the token is too old.
pub fn feedback_token_expired() -> ApiError {
    not_authorized(guess::FEEDBACK_TOKEN_EXPIRED)
}
