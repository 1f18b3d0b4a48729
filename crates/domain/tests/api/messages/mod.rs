//! Messages to users.

pub mod templates;
