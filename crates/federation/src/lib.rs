//! The documents of foreign identity providers: SAML 2.0 metadata and OpenID Connect discovery.
//!
//! Everything here is a function of bytes from untrusted sources; the caller fetches them.

pub mod oidc;
pub mod saml;
pub mod xml;
