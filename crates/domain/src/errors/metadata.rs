//! Error texts of client metadata documents, with their source rows. No text of these operations is known (agents.md 1.1).

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// agents.md 1.1.
pub fn policy_not_found(id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        unconfirmed::metadata::policy_not_found(id),
    )
}

/// agents.md 1.1: the pool has as many as it may.
pub fn too_many_policies() -> ApiError {
    api(
        ErrorCode::LimitExceeded,
        unconfirmed::metadata::TOO_MANY_POLICIES,
    )
}

/// A pattern without a path, or with a user name.
pub fn unmatchable_pattern(pattern: &str) -> ApiError {
    invalid_parameter(unconfirmed::metadata::unmatchable_pattern(pattern))
}

/// agents.md 1.3: another policy's pattern matches the same URLs as closely.
pub fn tied_pattern(pattern: &str, policy_id: &str) -> ApiError {
    invalid_parameter(unconfirmed::metadata::tied_pattern(pattern, policy_id))
}

/// agents.md 1.4: no document of the URL is kept for the policy.
pub fn not_cached(url: &str) -> ApiError {
    api(
        ErrorCode::CachedCIMDURLDoesNotExist,
        unconfirmed::metadata::not_cached(url),
    )
}

/// agents.md 1.4: REFRESH, and no document came.
pub fn not_refreshed(url: &str) -> ApiError {
    invalid_parameter(unconfirmed::metadata::not_refreshed(url))
}
