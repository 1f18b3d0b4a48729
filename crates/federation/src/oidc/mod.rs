//! OpenID Connect and the OAuth of social providers, from the relying party's side.
//!
//! | module | what it holds |
//! |---|---|
//! | [`social`] | how the types of providers differ |
//! | [`discovery`] | a provider's own description |
//! | [`authorize`] | where the browser is sent |
//! | [`answer`] | what it brings back |
//! | [`exchange`] | the code for tokens |
//! | [`keys`], [`key_cache`] | the keys that a provider publishes, and when to fetch them again |
//! | [`id_token`] | every check of an ID token |
//! | [`profile`] | the call for a user's claims |
//! | [`userinfo`] | its answer, and the claims of both together |
//! | [`apple`] | the client secret and the user's name of Sign in with Apple |
//! | [`said`] | a refusal in the provider's words |
//! | [`inspect`] | documents and tokens as they stand, for explanations |

pub mod answer;
pub mod apple;
pub mod authorize;
pub mod claims;
pub mod discovery;
pub mod exchange;
pub mod id_token;
pub mod inspect;
pub mod key_cache;
pub mod keys;
pub mod profile;
pub mod request;
pub mod said;
pub mod social;
pub mod userinfo;

/// Seconds by which the clocks of a provider and this server may differ, either way.
pub const SKEW: i64 = 180;
