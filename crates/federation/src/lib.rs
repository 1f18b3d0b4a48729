//! The documents of foreign identity providers: SAML 2.0 metadata and OpenID Connect discovery.
//!
//! Everything here is a function of bytes that somebody else wrote; fetching them is the caller's business.

pub mod oidc;
pub mod saml;
pub mod xml;
