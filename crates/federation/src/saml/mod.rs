//! SAML 2.0, as a service provider: docs/FEDERATION.md lists the checks in their order.
//!
//! | module | what it holds |
//! |---|---|
//! | [`metadata`] | what a provider publishes about itself |
//! | [`service`] | what we publish about a pool |
//! | [`request`] | our requests, and messages in URLs |
//! | [`response`] | answers to them, and assertions that nobody asked for |
//! | [`incoming`] | messages of a provider about logouts, as they come |
//! | [`posting`] | our messages in forms |
//! | [`logout`] | both directions of single logout |
//! | [`refused`] | a variant for every check |
//! | [`inspect`] | messages and metadata as they stand, for explanations |
//! | [`instant`] | times, and how far clocks may differ |
//! | [`idp`] | an identity provider, for tests |

mod assertion;
mod c14n;
mod decrypt;
pub mod idp;
pub mod incoming;
pub mod inspect;
pub mod instant;
pub mod logout;
mod message;
pub mod metadata;
mod names;
pub mod posting;
pub mod refused;
pub mod request;
pub mod response;
pub mod service;
mod signature;
