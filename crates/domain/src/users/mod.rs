//! Names, attributes, policies and filters of users.

pub mod aliases;
pub mod attributes;
pub mod codes;
pub mod filter;
mod fold_table;
pub mod named;
pub mod names;
pub mod password;
pub mod password_policy;
pub mod schema;
