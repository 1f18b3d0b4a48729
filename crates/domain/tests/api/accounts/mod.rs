//! Sign-up and forgotten passwords.

mod confirm_sign_up;
mod names;
mod passwords;
mod sign_up;

const EXPIRED: (&str, &str) = (
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
);
