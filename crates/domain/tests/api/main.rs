//! Every operation called through validation and dispatch, on SQLite and on PostgreSQL.

// Futures of helpers that call helpers nest deeply.
#![recursion_limit = "256"]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod attacks;
mod attacks_asking;
mod attacks_changes;
mod attacks_nobody;
mod attacks_support;
mod audit;
mod audit_changes;
mod branding;
mod client_secrets;
mod clients;
mod clients_refused;
mod code_bounds;
mod contention;
mod device_support;
mod devices;
mod domains;
mod fuzz;
#[path = "../../../../fuzz/bodies.rs"]
mod fuzz_bodies;
mod groups;
mod groups_tokens;
mod idle_writes;
mod limits;
mod list_users;
mod lockout;
mod members_table;
mod messages;
mod mfa_codes;
mod mfa_decide;
mod mfa_preference;
mod mfa_setup;
mod mfa_support;
mod mfa_totp;
mod mfa_walks;
mod passkey_support;
mod passkeys;
mod pools;
mod pools_attributes;
mod pools_certificate;
mod pools_life;
mod pools_mfa;
mod pools_pending;
mod pools_refused;
mod pools_schema;
mod properties;
mod properties_aliases;
mod properties_filter;
mod properties_paging;
mod properties_schema;
mod provider_links;
mod providers;
mod providers_refused;
mod providers_setup;
mod providers_upkeep;
mod refresh;
mod refusals;
mod refusals_sign_in;
mod refusals_table;
mod resource_servers;
mod revocation;
mod sessions;
mod signin_after_sign_up;
mod signin_choice;
mod signin_choice_nobody;
mod signin_custom;
mod signin_custom_devices;
mod signin_devices;
mod signin_guesses;
mod signin_new_password;
mod signin_passkey;
mod signin_password;
mod signin_srp;
mod signin_support;
mod signup;
mod step_up;
mod support;
mod tags;
mod terms;
mod token_exchange;
mod tokens;
mod ui_customization;
mod user_aliases;
mod user_attributes;
mod user_self_service;
mod user_verification;
mod users;
mod users_password;
mod users_setup;
mod walks;
mod walks_world;
