//! Best guesses about the OAuth endpoints.

/// endpoints.md 1.6: that `resource` is not for machines is documented, the refusal is not.
pub const NO_RESOURCE: &str = "resource is not supported for this grant type";
/// endpoints.md 1.6: the code for a token that PreTokenGeneration prevented.
pub const REFUSED_BY_FUNCTION: &str = "invalid_grant";
/// endpoints.md 1.5: the code for an authorization that PreTokenGeneration prevented; the one that a failed PreSignUp has.
pub const PREVENTED_BY_FUNCTION: &str = "invalid_request";
/// agents.md 5: RFC 8693 section 2.2.2 gives the code of the refusals of a token exchange; our words here and below.
pub const SUBJECT_TOKEN_MISSING: &str = "subject_token and subject_token_type are required";
/// RFC 8693 section 2.1 wants both or none.
pub const ACTOR_TOKEN_INCOMPLETE: &str = "actor_token and actor_token_type must be sent together";
/// Our words.
pub const AUDIENCE_AND_RESOURCE: &str = "audience and resource cannot be requested together";
/// Our words for a parameter whose value the exchange does not take.
pub fn not_supported(parameter: &str) -> String {
    format!("{parameter} is not supported")
}
