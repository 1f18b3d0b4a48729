//! Error texts of UI customization and managed login branding.

use super::{ApiError, invalid_parameter, unconfirmed};

// Classic pages.

/// Settled C17.
pub fn no_domain() -> ApiError {
    invalid_parameter("There has to be an existing domain associated with this user pool")
}

/// Settled D18; the selector as sent.
pub fn class_not_allowed(selector: &str) -> ApiError {
    invalid_parameter(format!(
        "The CSS class {selector} is not in the list of allowed classes."
    ))
}

/// endpoints.md 3.4.
pub fn invalid_css() -> ApiError {
    invalid_parameter(unconfirmed::INVALID_CSS)
}

/// endpoints.md 3.4.
pub fn image_kind() -> ApiError {
    invalid_parameter(unconfirmed::IMAGE_KIND)
}

/// endpoints.md 3.4.
pub fn too_large() -> ApiError {
    invalid_parameter(unconfirmed::BRANDING_TOO_LARGE)
}
