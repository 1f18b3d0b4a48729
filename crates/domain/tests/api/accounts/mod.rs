//! Sign-up and forgotten passwords.

mod confirm_sign_up;
mod names;
mod passwords;
mod sign_up;
