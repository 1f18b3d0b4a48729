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

mod accounts;
mod all_operations;
mod audit;
mod branding;
mod breached;
mod clients;
mod codes;
mod devices;
mod domains;
mod events;
mod federation;
mod fuzz;
#[path = "../../../../fuzz/bodies.rs"]
mod fuzz_bodies;
mod groups;
mod import_jobs;
mod jobs;
mod limits;
mod logs;
mod messages;
mod metadata;
mod mfa;
mod moving;
mod oauth;
mod passkeys;
mod pools;
mod properties;
mod providers;
mod recovery;
mod reshaping;
mod resource_servers;
mod risk;
mod saml;
mod sessions;
mod signin;
mod support;
mod tags;
mod terms;
mod threats;
mod tokens;
mod upstream;
mod users;
