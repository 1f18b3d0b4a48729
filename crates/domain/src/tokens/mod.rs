//! Tokens: keys, claims, issuing, verification, revocation, refresh tokens, issuers; sessions and their limits.

pub mod claims;
pub mod exchange;
pub mod grant;
pub mod groups;
pub mod issue;
pub mod issuer;
pub mod machine;
pub mod opened;
pub mod presented;
pub mod refresh;
pub mod revoke;
pub mod session;
pub mod tracking;
pub mod verify;
