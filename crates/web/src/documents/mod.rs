//! The documents of a pool that any verifier may read: its keys and its discovery document.

mod discovery;
mod jwks;

pub(crate) use discovery::{ENDPOINTS, discovery};
pub(crate) use jwks::jwks;

use http::StatusCode;

use crate::response::Response;

/// The time for which clients and proxies may keep the documents. A new key is published before it signs, so that a
/// verifier that refetches on an unknown `kid` never waits.
const CACHE: &str = "public, max-age=3600, must-revalidate";

/// Returns the answer for a document; None means that the pool does not exist.
fn answer(pool_id: &str, document: Option<String>) -> Response {
    match document {
        Some(json) => Response::json(StatusCode::OK, json).cached(CACHE),
        None => Response::json(StatusCode::BAD_REQUEST, unknown_pool(pool_id)),
    }
}

/// endpoints.md 1.11: an unknown pool is a client error; the body's form was not captured.
fn unknown_pool(pool_id: &str) -> String {
    serde_json::json!({ "message": format!("User pool {pool_id} does not exist.") }).to_string()
}
