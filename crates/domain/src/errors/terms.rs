//! Error texts of terms documents, with their source rows.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

/// auth.md 6.10 (G).
pub fn terms_not_found(id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("Terms {id} does not exist."),
    )
}

/// The client has no document of this name.
pub fn terms_of_client_not_found(name: &str, client_id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        unconfirmed::terms_of_client_not_found(name, client_id),
    )
}

/// auth.md 6.10.
pub fn terms_exist() -> ApiError {
    api(ErrorCode::TermsExists, unconfirmed::TERMS_EXIST)
}

/// admin.md 1.13.
pub fn too_many_terms() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_TERMS)
}

/// A link that is no web address.
pub fn invalid_link(language: &str) -> ApiError {
    invalid_parameter(unconfirmed::invalid_link(language))
}
