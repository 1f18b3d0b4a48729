//! Tokens.

mod claims;
mod exchange;
mod grants;
mod keys;
mod refresh;
mod revocation;
mod verification;
