//! From a request to the part of the server that answers it.

use std::sync::Arc;

use cognate_crypto::random;
use cognate_domain::ClientInfo;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;

use crate::answer::{self, Answer};
use crate::aws_json::{self, About};
use crate::connections::Connection;
use crate::dev;
use crate::edge::{self, Peer};
use crate::errors;
use crate::health;
use crate::state::State;

/// Answers one request that came on `connection`. Never fails: every trouble is an answer.
pub async fn answer(
    state: Arc<State>,
    peer: Peer,
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> Answer {
    let request_id = random::uuid_v4();
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if path.starts_with("/health/") {
        return health::answer(&state, &parts.method, path, &request_id).await;
    }
    let Some(named) = edge::host_of(&parts) else {
        return answer::closing(StatusCode::BAD_REQUEST, errors::BAD_HOST, &request_id);
    };
    if state.edge.dev && (path == "/_dev" || path.starts_with("/_dev/")) {
        let body = dev::Posted {
            connection,
            from: state.edge.client(peer, &parts.headers),
            body,
        };
        return dev::answer(&state, &named.host, &parts, body, &request_id).await;
    }
    match (&parts.method, path) {
        (&Method::POST, "/") => {
            let address = state.edge.client(peer, &parts.headers);
            let client = ClientInfo {
                ip: address.to_string(),
                user_agent: text(&parts.headers, header::USER_AGENT),
                base_url: state.edge.base_url(peer, &named.host, &parts.headers),
            };
            let about = About {
                request_id,
                host: named,
                address,
                client,
            };
            aws_json::handle(state, about, connection, parts, body).await
        }
        (&Method::OPTIONS, "/") if parts.headers.contains_key(header::ORIGIN) => {
            answer::preflight(&parts.headers, &request_id)
        }
        (_, "/") => answer::xml(StatusCode::FORBIDDEN, errors::NOT_AN_OPERATION, &request_id),
        _ => {
            let base_url = state.edge.base_url(peer, &named.host, &parts.headers);
            page(&state, parts, base_url, &request_id).await
        }
    }
}

/// Discovery documents, keys and pages.
async fn page(
    state: &Arc<State>,
    parts: http::request::Parts,
    base_url: Option<String>,
    request_id: &str,
) -> Answer {
    let Some(_slot) = state.load.enter().await else {
        return answer::busy(request_id);
    };
    let query = parts.uri.query().unwrap_or("");
    let found = cognate_web::respond(
        &state.app,
        &parts.method,
        parts.uri.path(),
        query,
        base_url.as_deref(),
    )
    .await;
    let Some(found) = found else {
        return answer::text(StatusCode::NOT_FOUND, errors::NOT_FOUND, request_id);
    };
    let mut answer = found.map(Full::new);
    answer::identify(&mut answer, request_id);
    answer
}

/// A header as text, cut to a length that fits a log line.
fn text(headers: &http::HeaderMap, name: header::HeaderName) -> String {
    let value = headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    value.chars().take(512).collect()
}
