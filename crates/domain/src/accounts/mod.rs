//! The steps that users and administrators take on accounts: signing up, confirming, replacing a password, verifying an
//! address, creating a user. Operations and pages call the same steps, with plain inputs.
//!
//! A step reads, decides, lets the functions of triggers be called, and commits. A retry runs it again and finds in
//! [`Cx::memory`](crate::Cx::memory) the ids, codes and answers of the run before.

pub mod attribute_code;
pub mod change_attributes;
pub mod change_password;
pub mod confirm_by_link;
pub mod confirm_sign_up;
pub mod confirm_user;
pub mod create_user;
pub mod feedback;
pub mod forgot_password;
mod public_call;
pub mod resend_code;
pub mod reset_forgotten;
pub mod reset_password;
mod same_form;
pub mod sign_up;
pub(crate) mod step;

pub use public_call::{Limit, PublicCall};
