//! Best guesses about dynamic client registration (agents.md 3): the texts of the service's own refusals are not known.

use crate::errors::{ApiError, invalid_parameter};

/// A scope in AllowedScopes that the pool does not have.
pub fn unknown_scope(scope: &str) -> ApiError {
    invalid_parameter(format!(
        "DcrConfiguration has an invalid allowed scope: {scope}"
    ))
}

/// The operations on client secrets, for a client that registered itself.
pub const NO_SECRET_OPERATIONS: &str =
    "Client secret operations are not supported for app clients of type DCR.";

/// Registration is off, or not possible in this way.
pub const REGISTRATION_IS_OFF: &str = "Client registration is not enabled for this user pool.";
/// A client that an administrator has changed wants to change itself.
pub const CLIENT_IS_MANAGED: &str = "An administrator manages this client.";
/// The pool has as many clients that registered themselves as it may have.
pub const TOO_MANY_CLIENTS: &str = "The user pool has reached its limit of registered clients.";
