//! The documents of a pool that any verifier may read: its keys and its discovery document. They are below the pool's id,
//! as the issuer is, and without it on the pool's domain and at the host that is its whole issuer.

mod discovery;
mod jwks;
mod saml;

pub(crate) use discovery::{ENDPOINTS, discovery};
pub(crate) use jwks::jwks;
pub(crate) use saml::saml;

use std::borrow::Cow;
use std::sync::Arc;

use cognate_domain::records::pool::Pool;
use cognate_domain::tokens::issuer;
use cognate_domain::{Cx, Result};
use http::StatusCode;

use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;

/// The time for which clients and proxies may keep the documents. A new key is published before it signs, so that a
/// verifier that refetches on an unknown `kid` never waits.
const CACHE: &str = "public, max-age=3600, must-revalidate";

/// Returns the id of the pool whose document is asked for: the one in the path, else the one whose domain the host is, else the
/// one whose issuer it is; empty where none names one.
async fn pool_id<'a>(request: &Request<'a>) -> Result<Cow<'a, str>> {
    let at_host = || request.pool_at_host().map(|at| at.pool.id.as_str());
    if let Some(id) = request.path_pool().or_else(at_host) {
        return Ok(Cow::Borrowed(id));
    }
    let found = issuer::pool_at(request.app(), &request.visitor().host).await?;
    Ok(found.map_or(Cow::Borrowed(""), |pool| Cow::Owned(pool.id.clone())))
}

/// Returns a pool; None if it does not exist, and on the domain of another.
async fn pool(cx: &Cx<'_>, pool_id: &str) -> Result<Option<Arc<Pool>>> {
    let pool = cx.cached_pool(pool_id).await?;
    Ok(pool.filter(|pool| cx.is_home_of(pool)))
}

/// Returns the answer for a document; None means that the pool does not exist.
fn answer(pool_id: &str, document: Option<String>) -> Response {
    match document {
        Some(json) => Response::json(StatusCode::OK, json).cached(CACHE),
        None => Response::json(StatusCode::NOT_FOUND, unknown_pool(pool_id)),
    }
}

/// endpoints.md 1.11: an unknown pool is a client error; neither its status nor the form of the body was captured. Clients
/// that try several places for a document go on after 404 alone, some of them (agents.md 4.1).
fn unknown_pool(pool_id: &str) -> String {
    let message = match pool_id {
        "" => "No user pool is at this host.".to_owned(),
        id => format!("User pool {id} does not exist."),
    };
    serde_json::json!({ "message": message }).to_string()
}

/// Answers clients that ask for the document of a protected resource (RFC 9728), which is the resource's own to have.
pub(crate) async fn protected_resource(
    _request: Request<'_>,
) -> std::result::Result<Response, Failure> {
    let message = "This is an authorization server. The resource itself publishes its metadata.";
    let body = serde_json::json!({ "message": message }).to_string();
    Ok(Response::json(StatusCode::NOT_FOUND, body))
}
