//! The client that a request names and proves (endpoints.md 1.6, RFC 6749 section 2.3). It names its pool, too.

use std::sync::Arc;

use crate::cx::Cx;
use crate::errors::oauth::{INVALID_CLIENT, INVALID_CLIENT_SECRET};
use crate::errors::{ErrorCode, Fault};
use crate::oauth::outcome::Stop;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::signin::secret_hash;

/// The most characters of a client's id (the model's ClientIdType).
const LONGEST_ID: usize = 128;

/// The credentials of a client as a request brought them.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The client's id.
    pub id: &'a str,
    /// The secret, if one was sent.
    pub secret: Option<&'a str>,
}

/// A client and its pool.
pub type Known = (Arc<Pool>, Arc<Client>);

/// Returns the client that the credentials name, without a look at their secret.
///
/// # Errors
/// [`INVALID_CLIENT`] for a client that is unknown, malformed or missing (settled J9), and on another pool's domain.
pub async fn find(cx: &Cx<'_>, named: Option<Credentials<'_>>) -> Result<Known, Stop> {
    let id = named.map_or("", |credentials| credentials.id);
    let known = by_id(cx, id).await?;
    let here = known.filter(|(pool, _)| cx.is_home_of(pool));
    Ok(here.ok_or(INVALID_CLIENT)?)
}

/// Returns the client of an id and its pool; None if there is none.
///
/// # Errors
/// Faults, and a setting of the pool or the client whose feature is missing.
pub async fn by_id(cx: &Cx<'_>, id: &str) -> Result<Option<Known>, Fault> {
    // What no client is called is not looked up.
    let fits = !id.is_empty()
        && id.len() <= LONGEST_ID
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_+".contains(&b));
    if !fits {
        return Ok(None);
    }
    match cx.client(id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => Ok(None),
        other => other.map(Some),
    }
}

/// True if the credentials prove the client. One without a secret needs no proof, and a secret that is sent for it is
/// ignored (settled J11).
pub fn is_proven(client: &Client, given: Option<Credentials<'_>>) -> bool {
    secret_hash::secret_is_right(client, given.and_then(|credentials| credentials.secret))
}

/// Returns the client that the credentials name and prove.
///
/// # Errors
/// Those of [`find`]; [`INVALID_CLIENT_SECRET`] (settled J10).
pub async fn authenticate(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
) -> Result<Known, Stop> {
    let (pool, client) = find(cx, credentials).await?;
    if !is_proven(&client, credentials) {
        return Err(INVALID_CLIENT_SECRET.into());
    }
    Ok((pool, client))
}
