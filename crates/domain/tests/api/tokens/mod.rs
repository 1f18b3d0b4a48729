//! Tokens.

mod claims;
mod exchange;
mod keys;
mod refresh;
mod revocation;
mod verification;
