//! Users, as administrators and they themselves manage them.

pub mod administration;
pub mod aliases;
pub mod attributes;
pub mod contention;
pub mod list_users;
pub mod reset_and_delete;
pub mod verification;
