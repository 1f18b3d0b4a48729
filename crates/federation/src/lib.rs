//! What identity providers write and what is written to them: SAML 2.0 and OpenID Connect, from the relying party's side.
//!
//! Everything here is a function of bytes from untrusted sources and of the time that the caller gives; the caller fetches
//! and stores.

pub mod attributes;
mod json;
pub mod oidc;
pub mod saml;
pub mod xml;
