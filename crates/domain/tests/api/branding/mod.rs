//! Managed login branding and UI customization.

mod managed_login;
mod ui_customization;
