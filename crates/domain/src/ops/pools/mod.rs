//! The operations on pools, one file each.

pub mod add_custom_attributes;
pub mod create_user_pool;
pub mod delete_user_pool;
pub mod describe_user_pool;
pub mod get_signing_certificate;
pub mod get_user_pool_mfa_config;
pub mod list_user_pools;
pub mod set_user_pool_mfa_config;
pub mod update_user_pool;
