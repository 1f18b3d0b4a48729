//! Best guesses about the functions of triggers.

/// admin.md 3.5: the reason for a function whose host does not answer or breaks the connection.
pub const UNREACHABLE: &str = "ServiceException";
