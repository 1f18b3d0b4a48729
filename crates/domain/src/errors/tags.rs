//! Error texts of tags, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// auth.md 6.10 (G): nothing that can have tags has this ARN.
pub fn resource_not_found(arn: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("Resource {arn} not found."),
    )
}

/// The ARN is not one of a user pool.
pub fn not_a_user_pool(arn: &str) -> ApiError {
    invalid_parameter(unconfirmed::not_a_user_pool(arn))
}
