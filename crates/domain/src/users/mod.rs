//! Names, attributes, policies and filters of users.

pub mod aliases;
pub mod attributes;
pub mod auth_factors;
pub mod changes;
pub mod codes;
pub mod counted;
pub mod deletion;
pub mod filter;
mod fold_table;
pub mod mfa;
pub mod mfa_options;
pub mod named;
pub mod names;
pub mod password;
pub mod password_policy;
pub mod permission;
pub mod schema;
pub mod verification;
