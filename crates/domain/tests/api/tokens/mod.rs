//! Tokens.

pub mod claims;
pub mod exchange;
pub mod refresh;
pub mod revocation;
