//! The second factor: which one, asking for it, checking it (auth.md 4).
//!
//! | module | contents |
//! |---|---|
//! | [`decide`] | the table of auth.md 4.2 |
//! | [`codes`] | SMS_MFA, EMAIL_OTP |
//! | [`software_token`] | SOFTWARE_TOKEN_MFA, and the seeds of authenticator apps |
//! | [`select`] | SELECT_MFA_TYPE |
//! | [`setup`] | MFA_SETUP, with AssociateSoftwareToken and VerifySoftwareToken in the middle of a sign-in |
//! | [`ask`] | the challenge of a decision |

pub mod ask;
pub mod codes;
pub mod decide;
pub mod select;
pub mod setup;
pub mod software_token;
