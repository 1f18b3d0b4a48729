//! Best guesses about sign-ins through identity providers (endpoints.md 4.2).

/// The provider's name of the user has a character that is not seen, or makes a user name of more than 128 characters.
pub const UNUSABLE_SUBJECT: &str = "Invalid user attributes: username: Invalid username. ";
