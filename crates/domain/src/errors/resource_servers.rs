//! Error texts of resource servers, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// auth.md 6.10, endpoints.md 5.
pub fn server_exists(identifier: &str, pool_id: &str) -> ApiError {
    invalid_parameter(format!(
        "{identifier} already exists in user pool {pool_id}."
    ))
}

/// auth.md 6.10, endpoints.md 5.
pub fn server_not_found(identifier: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("Resource server {identifier} does not exist."),
    )
}

/// admin.md 7.2.
pub fn too_many_servers() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_SERVERS)
}

/// A scope that is in the list twice.
pub fn duplicate_scope(name: &str) -> ApiError {
    invalid_parameter(unconfirmed::duplicate_scope(name))
}
