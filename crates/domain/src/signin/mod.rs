//! Signing in, shared by the API and the pages.
//!
//! Each module uses only those above it.
//!
//! | module | contents |
//! |---|---|
//! | [`secret_hash`] | the proof of a client with a secret |
//! | [`session_token`], [`secret_block`] | the sealed texts that a client carries from step to step |
//! | [`state`] | a sign-in between two steps, sealed in `Session` |
//! | [`further`] | what a step needs besides the user, read with the user |
//! | [`answer`], [`challenge`] | the input and the challenge of a step, without the API's names |
//! | [`candidate`] | the user behind a name, or an unknown name that must cost the same |
//! | [`event`] | the auth event of a sign-in |
//! | [`verdict`] | the decision of a step, and the user who has signed in so far |
//! | [`lock`], [`triggers`] | one check at a time for each user, and the pool's functions |
//! | [`resume`] | a step begun by a session or by `SECRET_BLOCK` |
//! | [`first_factors`] | the first factors that a user may choose from |
//! | [`password`], [`srp`], [`passkey`], [`otp`], [`choice`], [`auto_sign_in`], [`custom`] | first factors |
//! | `breached` | a right password that others know |
//! | [`auth_factors`] | the factors that a user has configured |
//! | [`mfa`], [`device`] | the second factor, and the device that replaces it |
//! | [`new_password`] | the challenge after a temporary password |
//! | [`step_up`] | USER_AUTH until a level of assurance is reached |
//! | [`next_step`] | what a sign-in still lacks after a right answer |
//! | `notices` | what a user is told of a risky sign-in |
//! | [`opening`] | the session that a complete sign-in opens |
//! | `relay` | steps that the upstream of the pool judges |
//! | [`app_setup`] | the app that MFA_SETUP demands, here or there |
//! | `steps` | the checks and reads of each step, and the module that judges it |
//! | [`driver`] | judges, pauses, commits: the only module that runs a step |
//! | [`refresh`] | new tokens for a refresh token, rotation |
//! | [`revocation`] | the end of a session by its refresh token |
//! | [`inbound_federation`] | the pool's function between an identity provider and the mapping of attributes |
//! | [`flows`], [`wire`], [`api`] | the API: flows that a client allows, parameter names, tokens |

pub mod answer;
pub mod api;
pub mod app_setup;
pub mod auth_factors;
pub mod auto_sign_in;
mod breached;
pub mod candidate;
pub mod challenge;
pub mod choice;
pub mod custom;
pub mod device;
pub mod driver;
pub mod event;
pub mod first_factors;
pub mod flows;
pub mod further;
pub mod inbound_federation;
pub mod lock;
pub mod mfa;
pub mod new_password;
pub mod next_step;
mod notices;
pub mod opening;
pub mod otp;
pub mod passkey;
pub mod password;
pub mod protection;
pub mod refresh;
mod relay;
pub mod resume;
pub mod revocation;
pub mod secret_block;
pub mod secret_hash;
pub mod session_token;
pub mod srp;
pub mod state;
pub mod step_up;
mod steps;
mod timestamp;
pub mod triggers;
pub mod verdict;
pub mod wire;

use std::collections::BTreeMap;

use crate::records::client::Client;
use crate::records::pool::Pool;

/// Through which entrance a sign-in runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// InitiateAuth, RespondToAuthChallenge.
    PublicApi,
    /// AdminInitiateAuth, AdminRespondToAuthChallenge.
    AdminApi,
    /// A page of this server.
    Page,
}

/// The place of a sign-in.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// Through which entrance.
    pub surface: Surface,
    /// In which pool.
    pub pool: &'a Pool,
    /// To which client.
    pub client: &'a Client,
    /// ClientMetadata of the request, for the pool's triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}
