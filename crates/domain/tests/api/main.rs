//! Every operation called through validation and dispatch, on SQLite and on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod audit;
mod branding;
mod client_secrets;
mod clients;
mod clients_refused;
mod contention;
mod device_support;
mod devices;
mod domains;
mod groups;
mod groups_tokens;
mod limits;
mod list_users;
mod lockout;
mod messages;
mod mfa_codes;
mod mfa_support;
mod mfa_totp;
mod pools;
mod pools_attributes;
mod pools_certificate;
mod pools_life;
mod pools_mfa;
mod pools_pending;
mod pools_refused;
mod pools_schema;
mod provider_links;
mod providers;
mod providers_refused;
mod providers_setup;
mod refresh;
mod resource_servers;
mod signin_after_sign_up;
mod signin_choice;
mod signin_devices;
mod signin_new_password;
mod signin_password;
mod signin_srp;
mod signin_support;
mod signup;
mod support;
mod tags;
mod terms;
mod tokens;
mod ui_customization;
mod user_attributes;
mod user_self_service;
mod user_verification;
mod users;
mod users_password;
mod users_setup;
