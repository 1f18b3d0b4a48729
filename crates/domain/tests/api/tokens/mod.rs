//! Tokens.

mod claims;
mod exchange;
mod grants;
mod keys;
mod pre_token;
mod refresh;
mod revocation;
mod verification;
