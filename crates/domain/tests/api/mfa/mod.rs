//! Second factors.

mod codes;
mod decide;
mod preference;
mod setup;
mod software_tokens;
mod totp;
mod walks;
