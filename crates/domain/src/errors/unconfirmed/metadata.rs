//! Best guesses about client metadata documents: the model names the exceptions, and no text was seen.

/// More policies than a pool may have; how many the service allows is not known either.
pub const TOO_MANY_POLICIES: &str = "Cannot have more than 50 CIMD policies for a user pool.";

/// No policy of that id.
pub fn policy_not_found(id: &str) -> String {
    format!("CIMD policy {id} does not exist.")
}

/// A pattern that matches no URL.
pub fn unmatchable_pattern(pattern: &str) -> String {
    format!("URL pattern {pattern} must have a host and a path, and no user name.")
}

/// A pattern that ties with another policy's.
pub fn tied_pattern(pattern: &str, policy_id: &str) -> String {
    format!("URL pattern {pattern} matches the same URLs as a pattern of CIMD policy {policy_id}.")
}

/// No document of the URL.
pub fn not_cached(url: &str) -> String {
    format!("No client metadata document is cached for URL {url}.")
}

/// The document could not be fetched again.
pub fn not_refreshed(url: &str) -> String {
    format!("The client metadata document at URL {url} could not be retrieved.")
}
