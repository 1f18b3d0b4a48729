//! Best guesses about one-time passwords, USER_AUTH and CUSTOM_AUTH.

/// auth.md 1.10: that codes are limited is documented, neither the number nor the text of sign-in codes is.
pub const TOO_MANY_CODES: &str = "Too many requests";
