//! Managed login branding and UI customization.

pub mod managed_login;
pub mod ui_customization;
