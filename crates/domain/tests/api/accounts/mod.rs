//! Sign-up and forgotten passwords.

pub mod passwords;
pub mod sign_up;
