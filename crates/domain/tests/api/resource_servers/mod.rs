//! Resource servers.

mod scopes;
