//! Names and texts of refusals that several areas share.

/// Names of exceptions.
pub mod exceptions {
    /// A request that cannot be right, whatever the pool holds.
    pub const INVALID: &str = "InvalidParameterException";
    /// No pool, client, group or the like of that name.
    pub const NOT_FOUND: &str = "ResourceNotFoundException";
}

/// The texts about sessions of a sign-in.
pub mod sessions {
    /// A session that was altered, or of another user, client, challenge or time.
    pub const INVALID: &str = "Invalid session for the user.";
    /// A session that a right answer has used up.
    pub const USED: &str = "Invalid session for the user, session can only be used once.";
}

/// Refusals of codes that confirm an account, an address or a new password.
pub mod codes {
    /// A wrong code.
    pub const MISMATCH: (&str, &str) = (
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    );
    /// A code that is too old, or of an account that hides whether it exists.
    pub const EXPIRED: (&str, &str) = (
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    );
    /// Too many codes or answers.
    pub const LIMIT: (&str, &str) = (
        "LimitExceededException",
        "Attempt limit exceeded, please try after some time.",
    );
}
