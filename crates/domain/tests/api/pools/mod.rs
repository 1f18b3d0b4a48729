//! User pools.

mod add_custom_attributes;
mod changes;
mod chosen_ids;
mod delete_user_pool;
mod get_signing_certificate;
mod list_user_pools;
mod pending;
mod refused;
mod registration;
mod schema;
mod set_user_pool_mfa_config;
mod settings;
