//! Error texts of groups, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// Settled T5, auth.md 6.8.
pub fn group_not_found() -> ApiError {
    api(ErrorCode::ResourceNotFound, "Group not found.")
}

/// Settled T17: the full stop is unsettled.
pub fn group_exists() -> ApiError {
    api(
        ErrorCode::GroupExists,
        "A group with the name already exists",
    )
}

/// admin.md 7.2.
pub fn too_many_groups() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_GROUPS)
}

/// admin.md 7.2; AdminAddUserToGroup does not declare LimitExceededException.
pub fn too_many_groups_of_user() -> ApiError {
    invalid_parameter(unconfirmed::TOO_MANY_GROUPS_OF_USER)
}
