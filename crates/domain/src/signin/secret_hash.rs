//! The proof that a caller knows the client's secret (auth.md 2.8).

use cognate_crypto::hash;
use cognate_crypto::secret::ct_eq;

use crate::errors::{self, Result};
use crate::records::client::Client;

/// The way in which a caller proves to act for a client.
#[derive(Clone, Debug)]
pub enum ClientProof {
    /// SECRET_HASH, if one was sent.
    Hash(Option<String>),
    /// The client's secret itself, if one was sent.
    Secret(Option<String>),
    /// A page of this server, which needs no proof.
    Trusted,
}

impl ClientProof {
    /// Checks the proof of a caller who names a user; `username` exactly as it was sent.
    ///
    /// # Errors
    /// NotAuthorizedException: one text for a missing proof and one for a wrong one.
    pub fn check(&self, client: &Client, username: &str) -> Result<()> {
        self.check_any(client, &[username])
    }

    /// As [`ClientProof::check`], where a hash may be over any of several names of the same user.
    ///
    /// # Errors
    /// NotAuthorizedException.
    pub fn check_any(&self, client: &Client, usernames: &[&str]) -> Result<()> {
        match self {
            Self::Hash(hash) => check_any(client, usernames, hash.as_deref()),
            Self::Secret(None) if !client.secrets.is_empty() => {
                Err(errors::auth::secret_not_received(&client.id).into())
            }
            Self::Secret(secret) if !secret_is_right(client, secret.as_deref()) => {
                Err(errors::auth::wrong_secret_hash(&client.id).into())
            }
            Self::Secret(_) | Self::Trusted => Ok(()),
        }
    }

    /// Checks only that a hash is there if it must be, for flows that learn the name later.
    ///
    /// # Errors
    /// NotAuthorizedException.
    pub fn check_present(&self, client: &Client) -> Result<()> {
        match self {
            Self::Hash(hash) => check_present(client, hash.as_deref()),
            Self::Secret(_) | Self::Trusted => Ok(()),
        }
    }

    /// True if a proof was sent that depends on the name of the user.
    pub fn names_a_user(&self) -> bool {
        matches!(self, Self::Hash(Some(_)))
    }
}

/// Checks SECRET_HASH over `username` exactly as the caller sent the name. Each live secret is accepted; a client
/// without a secret refuses any hash.
///
/// # Errors
/// NotAuthorizedException: one text for a missing hash and one for a wrong one, in every operation (settled L5).
pub fn check(client: &Client, username: &str, given: Option<&str>) -> Result<()> {
    check_any(client, &[username], given)
}

fn check_any(client: &Client, usernames: &[&str], given: Option<&str>) -> Result<()> {
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

fn check_present(client: &Client, given: Option<&str>) -> Result<()> {
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
