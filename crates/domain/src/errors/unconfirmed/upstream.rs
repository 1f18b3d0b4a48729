//! Texts about the upstream of a pool: the service has none.

/// The pool stands in front of no other.
pub const NONE: &str = "The user pool has no upstream.";
/// There is nobody to ask for.
pub const NO_CLIENTS: &str = "Name one to 1,000 clients as OURS=THEIRS, and at most 1,000 groups.";
/// Nobody could sign in.
pub const NO_BUDGET: &str = "The budget must be at least 1 sign-in a second.";

/// The password would be here, and the second factor there.
pub const SECOND_FACTOR_THERE: &str =
    "The password cannot be changed before a second factor is set up here.";

/// The other pool's id has another form.
pub fn pool_id(id: &str) -> String {
    format!("{id} is no id of a user pool: REGION_NAME is expected.")
}

/// A URL that is not called.
pub fn url(url: &str) -> String {
    format!("{url} may not be called: https at a public address is expected.")
}

/// A client that there is not.
pub fn client(id: &str) -> String {
    format!("{id} is no client of the user pool.")
}

/// A secret of nobody.
pub fn secret(id: &str) -> String {
    format!("{id} has a secret and is none of the clients.")
}
