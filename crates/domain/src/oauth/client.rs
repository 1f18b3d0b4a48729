//! The client that a request names and proves (endpoints.md 1.6, RFC 6749 section 2.3). It names its pool, too.

use std::sync::Arc;

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::oauth::{INVALID_CLIENT, INVALID_CLIENT_SECRET, INVALID_GRANT};
use crate::errors::{ErrorCode, Fault};
use crate::oauth::outcome::Stop;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::metadata::resolve::{self, Unresolved};
use crate::resources::metadata::url;
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

/// Returns the client of the URL of a document, in the pool whose host was asked (agents.md 1.3). The document is fetched
/// unless it is kept.
///
/// # Errors
/// Faults.
pub async fn by_document(
    cx: &Cx<'_>,
    url: &str,
) -> Result<std::result::Result<Known, Unresolved>, Fault> {
    let Some(pool) = home(cx, url).await? else {
        return Ok(Err(Unresolved::NoPolicy));
    };
    let resolved = match resolve::resolve(cx, &pool, url).await? {
        Ok(resolved) => resolved,
        Err(unresolved) => return Ok(Err(unresolved)),
    };
    let known = of_pool(cx, &pool, &resolved.client_id).await?;
    let known = known.ok_or(Unresolved::NoPolicy);
    Ok(known.map(|client| {
        let host = url::host(url);
        let client = client.of_document(url, host, Some(resolved.metadata));
        (pool, Arc::new(client))
    }))
}

/// Returns the client of an id, or of the URL of a document that is mapped here; None if there is none. Nothing is fetched.
///
/// # Errors
/// Faults, and a setting of the pool or the client whose feature is missing.
pub async fn known(cx: &Cx<'_>, id: &str) -> Result<Option<Known>, Fault> {
    if !url::is_url(id) {
        return by_id(cx, id).await;
    }
    let Some(pool) = home(cx, id).await? else {
        return Ok(None);
    };
    let client = match resolve::mapped(cx, &pool, id).await? {
        Some(client_id) => of_pool(cx, &pool, &client_id).await?,
        None => None,
    };
    Ok(client.map(|client| {
        let client = client.of_document(id, url::host(id), None);
        (pool, Arc::new(client))
    }))
}

/// Returns the client that the credentials name, by the URL of its document too. Nothing is fetched for it: what the document
/// says was looked at when its user was asked.
///
/// # Errors
/// Those of [`find`]; `invalid_grant` for a URL that is mapped to no app client (any more), whatever it brings.
pub async fn find_named(cx: &Cx<'_>, named: Option<Credentials<'_>>) -> Result<Known, Stop> {
    let id = named.map_or("", |credentials| credentials.id);
    if !url::is_url(id) {
        return find(cx, named).await;
    }
    Ok(known(cx, id).await?.ok_or(INVALID_GRANT)?)
}

/// Returns the client that the credentials name and prove, by the URL of its document too: such a client has nothing to prove.
///
/// # Errors
/// Those of [`authenticate`] and [`find_named`].
pub async fn authenticate_named(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
) -> Result<Known, Stop> {
    let (pool, client) = find_named(cx, credentials).await?;
    if !is_proven(&client, credentials) {
        return Err(INVALID_CLIENT_SECRET.into());
    }
    Ok((pool, client))
}

/// Returns the pool that the host or the path names. In `dev`, whose own host is no pool's, it is the one that maps the URL.
async fn home(cx: &Cx<'_>, url: &str) -> Result<Option<Arc<Pool>>, Fault> {
    match cx.home_pool() {
        Some(id) => cx.pool(id).await.map(Some).or_else(absent),
        None if cx.settings.mode == Mode::Dev => resolve::only_pool(cx, url).await,
        None => Ok(None),
    }
}

async fn of_pool(cx: &Cx<'_>, pool: &Pool, id: &str) -> Result<Option<Arc<Client>>, Fault> {
    cx.client_of(pool, id).await.map(Some).or_else(absent)
}

fn absent<T>(fault: Fault) -> Result<Option<T>, Fault> {
    match fault {
        Fault::Api(error) if error.code == ErrorCode::ResourceNotFound => Ok(None),
        other => Err(other),
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
