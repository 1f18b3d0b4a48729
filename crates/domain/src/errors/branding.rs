//! Error texts of UI customization and managed login branding.

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, unconfirmed};

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

// Managed login.

/// endpoints.md 3.7: a client has one style.
pub fn style_exists() -> ApiError {
    api(
        ErrorCode::ManagedLoginBrandingExists,
        unconfirmed::STYLE_EXISTS,
    )
}

/// auth.md 6.10.
pub fn style_not_found(id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("Managed login branding {id} does not exist."),
    )
}

/// By analogy with [`style_not_found`].
pub fn client_without_style(client_id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("Managed login branding for client {client_id} does not exist."),
    )
}

/// endpoints.md 3.7: 20 styles a pool.
pub fn too_many_styles() -> ApiError {
    api(ErrorCode::LimitExceeded, unconfirmed::TOO_MANY_STYLES)
}

/// Settled D16.
pub fn look_or_settings() -> ApiError {
    invalid_parameter("useCognitoProvidedValues or settings should be specified (but not both)")
}

/// A value in the settings that is not of the kind that belongs there.
pub fn invalid_setting(path: &str) -> ApiError {
    invalid_parameter(unconfirmed::invalid_setting(path))
}

/// Settled D17; each item from [`asset_error`].
pub fn invalid_assets(items: &[String]) -> ApiError {
    invalid_parameter(format!(
        "Invalid assets provided. Validation errors: [{}]",
        items.join(", ")
    ))
}

/// Settled D17, an item; the quotation marks as in two answers of the service that a project recorded in September
/// 2026.
pub fn asset_error(category: &str, extension: &str, color_mode: &str, reason: &str) -> String {
    format!(
        "{{category: {category}, extension: {extension}, colorMode: {color_mode}, errorMessage: \"{reason}\"}}"
    )
}

/// A reason in [`asset_error`]: attributes that the element of a drawing may not have. From the same record.
pub fn attributes_not_allowed(element: &str, attributes: &[&str]) -> String {
    format!(
        "element [{element}#{}] is not allowed.",
        attributes.join("|")
    )
}

/// More images than a style may have.
pub fn too_many_assets() -> ApiError {
    invalid_parameter(unconfirmed::TOO_MANY_ASSETS)
}

/// auth.md 1.9: what a request must have although the model does not say so.
pub fn missing(member: &str) -> ApiError {
    crate::errors::absent(member, false)
}

pub use unconfirmed::{
    ASSET_CONTENT as WRONG_CONTENT, ASSET_EXTENSION as WRONG_EXTENSION, ASSET_TWICE as TWICE,
};
