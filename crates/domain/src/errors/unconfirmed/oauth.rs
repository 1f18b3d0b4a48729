//! Best guesses about the OAuth endpoints.

/// endpoints.md 1.6: that `resource` is not for machines is documented, the refusal is not.
pub const NO_RESOURCE: &str = "resource is not supported for this grant type";
/// endpoints.md 1.6: the code for a token that PreTokenGeneration prevented.
pub const REFUSED_BY_FUNCTION: &str = "invalid_grant";
/// endpoints.md 1.5: the code for an authorization that PreTokenGeneration prevented; the one that a failed PreSignUp has.
pub const PREVENTED_BY_FUNCTION: &str = "invalid_request";
