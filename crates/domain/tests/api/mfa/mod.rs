//! Second factors.

pub mod codes;
pub mod decide;
pub mod preference;
pub mod setup;
pub mod totp;
pub mod walks;
