//! The steps of signing in, shared by the API and the pages.
//!
//! | module | step |
//! |---|---|
//! | [`flows`] | which flows a client allows, parameters of a request |
//! | [`secret_hash`] | the proof of a client with a secret |
//! | [`gate`], [`attempts`] | one check at a time, the lockout, requests per hour |
//! | [`password`], [`srp`] | the two ways to prove a password |
//! | [`candidate`] | who is meant: a user, or a name that nobody has and that must cost the same |
//! | [`ticket`] | `Session` and `SECRET_BLOCK` |
//! | [`new_password`] | the challenge after a temporary password |
//! | [`outcome`] | what follows a right password: a challenge, or a session with its tokens |
//! | [`refresh`] | new tokens for a refresh token, rotation |

pub mod attempts;
pub mod candidate;
pub mod flows;
pub mod gate;
pub mod new_password;
pub mod outcome;
pub mod password;
pub mod refresh;
pub mod secret_hash;
pub mod srp;
pub mod ticket;
