//! Resource servers.

pub mod scopes;
