//! Sign-ins through identity providers: the browser is sent to the provider, comes back with an answer, and the user whom
//! the provider vouches for signs in. Sign-outs of users who came through SAML, there and here.
//!
//! Each module uses only those above it.
//!
//! | module | contents |
//! |---|---|
//! | [`kept`] | what waits for a provider's answer, bound to a browser |
//! | [`request`] | a sign-in that waits for the provider's answer |
//! | `calls` | calls to the provider's endpoints, and the reading of what it wrote |
//! | [`explain`] | what each check means to an administrator |
//! | [`refusal`] | what the client is told when it ends without a user |
//! | [`oidc`] | providers that speak OAuth 2.0 |
//! | [`saml`] | providers that speak SAML 2.0 |
//! | [`metadata`] | what a pool publishes for providers of SAML |
//! | `sessions` | what a sign-out needs of a sign-in by SAML |
//! | [`outgoing`] | messages about sign-outs on their way to a provider, and refusals of its own |
//! | [`logout`] | sign-outs that begin here |
//! | [`requested`] | sign-outs that begin at a provider |
//! | [`arrival`] | the user whom a checked answer names: found, created, brought up to date, signed in |
//! | [`presented`] | tokens of providers that clients present |
//! | [`steps`] | the two steps that pages take |
//! | [`diagnosis`] | what a provider's settings, documents, keys and answers lack |
//! | [`offer`] | the question to a new user with a verified address: is there an account already? |
//! | `approval` | first sign-ins that wait for an administrator |
//! | [`arrival`] | the user whom a checked answer names: found, created, brought up to date, signed in |
//! | [`question`] | the two answers to the question |
//! | [`steps`] | the steps that pages take |

mod approval;
pub mod arrival;
mod calls;
pub mod diagnosis;
pub mod explain;
pub mod kept;
pub mod logout;
pub mod metadata;
pub mod offer;
pub mod oidc;
pub mod outgoing;
pub mod presented;
pub mod question;
pub mod refusal;
pub mod request;
pub mod requested;
pub mod saml;
mod sessions;
pub mod steps;

pub use cognate_federation::saml::incoming;
