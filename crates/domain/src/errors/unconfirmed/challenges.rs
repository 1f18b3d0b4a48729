//! Best guesses about one-time passwords, USER_AUTH and CUSTOM_AUTH.

/// auth.md 1.10: that codes are limited is documented, neither the number nor the text of sign-in codes is.
pub const TOO_MANY_CODES: &str = "Too many requests";
/// admin.md 2.2: that a user without a password needs an address or a number is documented, the text is not.
pub const NO_FIRST_FACTOR: &str = "A user without a password must have an email or a phone_number that one-time passwords can be sent to.";
