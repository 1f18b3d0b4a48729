//! Passkeys.

pub mod registration;
