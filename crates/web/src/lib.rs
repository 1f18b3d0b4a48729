//! The pages and documents that are not API operations: a pool's keys and its discovery document.
//!
//! Everything here is readable by anyone, from any origin; nothing here changes anything except that a pool gets its
//! signing keys when they are asked for the first time.

mod discovery;
mod jwks;

use std::sync::Arc;

use bytes::Bytes;
use cognate_crypto::random;
use cognate_domain::audit::About;
use cognate_domain::records::pool::Pool;
use cognate_domain::{App, Caller, ClientInfo, Cx, Endpoint, run};
use http::{Method, Response, StatusCode, header};

/// How long clients and proxies may keep the documents. A new key is published before it signs, so that a verifier that
/// refetches on an unknown `kid` never waits.
const CACHE: &str = "public, max-age=3600, must-revalidate";

/// The paths that a pool's domain answers, which the discovery document may therefore name: none yet. Whoever adds an
/// endpoint to [`respond`] adds its path here.
const SERVED: &[&str] = &[];

/// Answers a request for a path of this crate; None for every other path. `base_url` is the scheme and host by which the
/// client came, already checked against the allowed ones.
pub async fn respond(
    app: &Arc<App>,
    method: &Method,
    path: &str,
    _query: &str,
    base_url: Option<&str>,
) -> Option<Response<Bytes>> {
    let (pool_id, document) = path.strip_prefix('/')?.split_once("/.well-known/")?;
    if !(document == "jwks.json" || document == "openid-configuration")
        || pool_id.is_empty()
        || pool_id.contains('/')
    {
        return None;
    }
    if method == Method::OPTIONS {
        return Some(answer(StatusCode::NO_CONTENT, None, String::new()));
    }
    if method != Method::GET && method != Method::HEAD {
        return Some(answer(StatusCode::METHOD_NOT_ALLOWED, None, String::new()));
    }
    let from = ClientInfo {
        base_url: base_url.map(str::to_owned),
        ..ClientInfo::default()
    };
    let endpoint = if document == "jwks.json" {
        Endpoint::Jwks
    } else {
        Endpoint::Discovery
    };
    let cx = Cx::new(app, endpoint, Caller::Public, from, random::uuid_v4());
    let mut found = match run(&cx, About::default, || document_of(&cx, pool_id, document)).await {
        Ok(Some(json)) => answer(StatusCode::OK, Some(CACHE), json),
        Ok(None) => answer(StatusCode::BAD_REQUEST, None, unknown_pool(pool_id)),
        Err(_) => answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            None,
            r#"{"message":"Something went wrong"}"#.to_owned(),
        ),
    };
    if method == Method::HEAD {
        *found.body_mut() = Bytes::new();
    }
    Some(found)
}

async fn document_of(
    cx: &Cx<'_>,
    pool_id: &str,
    document: &str,
) -> cognate_domain::Result<Option<String>> {
    let Some(pool): Option<Arc<Pool>> = cx.cached_pool(pool_id).await? else {
        return Ok(None);
    };
    let json = if document == "jwks.json" {
        jwks::document(cx, &pool).await?
    } else {
        discovery::document(cx, &pool, SERVED).await?
    };
    Ok(Some(json))
}

/// endpoints.md 1.11: an unknown pool is a client error; the body's form was not captured.
fn unknown_pool(pool_id: &str) -> String {
    serde_json::json!({ "message": format!("User pool {pool_id} does not exist.") }).to_string()
}

/// A JSON document that any origin may read.
fn answer(status: StatusCode, cache: Option<&'static str>, json: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let text = header::HeaderValue::from_static;
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, text("*"));
    headers.insert(header::CACHE_CONTROL, text(cache.unwrap_or("no-store")));
    // The issuer follows the host by which the client came.
    headers.insert(header::VARY, text("Host"));
    match status {
        StatusCode::NO_CONTENT => {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_METHODS,
                text("GET, HEAD, OPTIONS"),
            );
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, text("*"));
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, text("86400"));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, text("GET, HEAD, OPTIONS"));
        }
        _ => {
            headers.insert(header::CONTENT_TYPE, text("application/json"));
        }
    }
    response
}
