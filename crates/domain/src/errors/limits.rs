//! Error texts of provisioned limits, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// The attributes name no category, or something besides.
pub fn invalid_definition() -> ApiError {
    invalid_parameter(unconfirmed::INVALID_LIMIT_DEFINITION)
}

/// There is no such category.
pub fn unknown_category(category: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        unconfirmed::unknown_category(category),
    )
}

/// admin.md 1.13: outside of what the account may set.
pub fn limit_out_of_range(least: i64, most: i64) -> ApiError {
    api(
        ErrorCode::ServiceQuotaExceeded,
        unconfirmed::limit_out_of_range(least, most),
    )
}
