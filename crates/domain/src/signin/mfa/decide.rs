//! What a user still has to show after the first factor (auth.md 4.2).

use cognate_shapes::UserPoolMfaType;

use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::progress::{MfaFactor, Proven};

/// What follows the first factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing more is asked for.
    Nothing,
    /// This factor.
    Ask(MfaFactor),
    /// One of these, of the user's choice.
    Choose(Vec<MfaFactor>),
    /// One of these must be set up first.
    SetUp(Vec<MfaFactor>),
    /// The pool requires a factor that this user cannot have.
    Impossible,
}

/// Decides by pool, user and what was shown.
pub fn decide(pool: &Pool, _user: &User, _proven: &Proven) -> Decision {
    match pool.doc.mfa_configuration {
        UserPoolMfaType::Off => Decision::Nothing,
        _ => Decision::Impossible,
    }
}
