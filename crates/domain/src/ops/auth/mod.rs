//! The auth operations, one file each.

pub mod admin_initiate_auth;
pub mod admin_respond_to_auth_challenge;
pub mod get_client_token;
pub mod get_derived_token;
pub mod get_tokens_from_refresh_token;
pub mod initiate_auth;
pub mod respond_to_auth_challenge;
pub mod revoke_token;
