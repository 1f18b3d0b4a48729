//! The steps of signing in, shared by the API and the pages.
//!
//! | module | step |
//! |---|---|
//! | [`flows`] | which flows a client allows, parameters of a request |
//! | [`secret_hash`] | the proof of a client with a secret |
//! | [`gate`], [`attempts`] | one check at a time, the lockout, requests per hour |
//! | [`guesses`] | wrong answers to one factor over codes and days |
//! | [`password`], [`srp`] | the two ways to prove a password |
//! | [`candidate`] | who is meant: a user, or a name that nobody has and that must cost the same |
//! | `timestamp` | the time that a client signs |
//! | [`ticket`] | `SECRET_BLOCK`, and what all sessions share |
//! | [`progress`], [`resume`] | a sign-in between two steps, sealed in `Session`, and taking it up again |
//! | [`advance`] | what remains to be shown after a right answer; what a wrong one costs |
//! | [`choice`] | USER_AUTH: choosing the first factor, one-time passwords |
//! | [`auto_sign_in`] | USER_AUTH right after a sign-up |
//! | [`custom`] | CUSTOM_AUTH |
//! | [`mfa`], [`device`] | the second factor, and the device that stands for it |
//! | [`passkey`] | WEB_AUTHN |
//! | [`otp`] | codes sent in the middle of a sign-in |
//! | [`new_password`] | the challenge after a temporary password |
//! | [`step_up`] | USER_AUTH until a level of assurance is reached |
//! | [`outcome`] | the answer of a step; the session with its tokens at the end |
//! | [`refresh`] | new tokens for a refresh token, rotation |

pub mod advance;
pub mod auth_factors;
pub mod auto_sign_in;
pub mod candidate;
pub mod choice;
pub mod custom;
pub mod device;
pub mod flows;
pub mod mfa;
pub mod new_password;
pub mod otp;
pub mod outcome;
pub mod passkey;
pub mod password;
pub mod progress;
pub mod refresh;
pub mod resume;
pub mod secret_hash;
pub mod srp;
pub mod step_up;
pub mod ticket;
mod timestamp;

use std::collections::BTreeMap;

use crate::records::client::Client;
use crate::records::pool::Pool;

/// Where a sign-in takes place.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// Through which operations.
    pub door: flows::Door,
    /// In which pool.
    pub pool: &'a Pool,
    /// To which client.
    pub client: &'a Client,
    /// ClientMetadata of the request, for the pool's triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}
