//! User pools.

pub mod add_custom_attributes;
pub mod get_signing_certificate;
pub mod life;
pub mod pending;
pub mod refused;
pub mod schema;
pub mod set_user_pool_mfa_config;
pub mod settings;
