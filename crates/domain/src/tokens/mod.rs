//! Tokens: keys, claims, issuing, verification, revocation, refresh tokens, issuers; sessions and their limits.

pub mod authorizer;
pub mod browser;
pub(crate) mod claims;
pub(crate) mod exchange;
pub mod explain;
pub mod grant;
pub mod groups;
pub mod issue;
pub mod issuer;
pub(crate) mod machine;
pub mod opened;
pub mod pre_token;
pub(crate) mod presented;
pub(crate) mod refresh;
pub mod resource;
pub(crate) mod revoke;
pub mod scopes;
pub mod session;
pub mod token_changes;
pub(crate) mod tracking;
pub mod verify;
