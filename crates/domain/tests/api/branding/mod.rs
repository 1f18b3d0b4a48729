//! Managed login branding and UI customization.

mod look;
mod managed_login;
mod ui_customization;
