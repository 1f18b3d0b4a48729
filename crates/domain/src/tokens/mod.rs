//! Tokens: keys, claims, issuing, verification, revocation, refresh tokens and issuers.

pub mod claims;
pub mod groups;
pub mod issue;
pub mod issuer;
pub mod keys;
pub mod refresh;
pub mod revoke;
pub mod session;
pub mod verify;
