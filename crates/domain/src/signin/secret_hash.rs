//! The proof that a caller knows the client's secret (auth.md 2.8).

use cognate_crypto::hash;
use cognate_crypto::secret::ct_eq;

use crate::errors::{self, Result};
use crate::records::client::Client;

/// Checks SECRET_HASH over `username` exactly as the caller sent the name. Each live secret is accepted; a client
/// without a secret refuses any hash.
///
/// # Errors
/// NotAuthorizedException: one text for a missing hash and one for a wrong one, in every operation (settled L5).
pub fn check(client: &Client, username: &str, given: Option<&str>) -> Result<()> {
    check_any(client, &[username], given)
}

/// As [`check`], where the hash may be over any of several names of the same user (refresh: user name or `sub`).
///
/// # Errors
/// NotAuthorizedException.
pub fn check_any(client: &Client, usernames: &[&str], given: Option<&str>) -> Result<()> {
    let Some(given) = given else {
        return check_present(client, None);
    };
    let mut right = false;
    for (_, secret, _) in &client.secrets {
        for username in usernames {
            let expected = hash::secret_hash(secret.expose(), username, &client.id);
            right |= ct_eq(expected.as_bytes(), given.as_bytes());
        }
    }
    if right {
        Ok(())
    } else {
        Err(errors::auth::wrong_secret_hash(&client.id).into())
    }
}

/// Checks only whether a hash must and may be there, for operations that learn the name later.
///
/// # Errors
/// NotAuthorizedException.
pub fn check_present(client: &Client, given: Option<&str>) -> Result<()> {
    match (client.secrets.is_empty(), given.is_some()) {
        (true, false) | (false, true) => Ok(()),
        (false, false) => Err(errors::auth::secret_not_received(&client.id).into()),
        (true, true) => Err(errors::auth::wrong_secret_hash(&client.id).into()),
    }
}

/// Checks a `ClientSecret` sent verbatim; false when it is wrong or missing. A secret sent for a client without one is
/// ignored (settled J11).
pub fn secret_is_right(client: &Client, given: Option<&str>) -> bool {
    if client.secrets.is_empty() {
        return true;
    }
    let given = given.unwrap_or_default();
    let mut right = false;
    for (_, secret, _) in &client.secrets {
        right |= ct_eq(secret.expose().as_bytes(), given.as_bytes());
    }
    right
}
