//! From a request to the part of the server that answers it.

use std::sync::Arc;

use cognate_crypto::random;
use cognate_domain::ClientInfo;
use http::request::Parts;
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

/// Answers one request that came on `connection`. Never fails: every error is an answer.
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
            operation(state, about, connection, parts, body).await
        }
        (&Method::OPTIONS, "/") if parts.headers.contains_key(header::ORIGIN) => {
            answer::preflight(&parts.headers, &request_id)
        }
        (_, "/") => answer::xml(StatusCode::FORBIDDEN, errors::NOT_AN_OPERATION, &request_id),
        _ => {
            let base_url = state.edge.base_url(peer, &named.host, &parts.headers);
            page(state, parts, base_url, request_id).await
        }
    }
}

/// Answers an API operation.
async fn operation(
    state: Arc<State>,
    about: About,
    connection: &Arc<Connection>,
    parts: Parts,
    body: Incoming,
) -> Answer {
    let request_id = about.request_id.clone();
    let call = match aws_json::receive(&state, about, connection, parts, body).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    let reply = call.reply();
    let work = {
        let state = state.clone();
        async move { call.answer(&state).await }
    };
    match in_own_task(&state, &request_id, work).await {
        Ok(answer) => answer,
        Err(Unfinished::Busy) => answer::busy(&request_id),
        Err(Unfinished::Panicked) => reply.finish(&request_id, Err(errors::internal())),
    }
}

/// Answers with a document or a page.
async fn page(
    state: Arc<State>,
    parts: Parts,
    base_url: Option<String>,
    request_id: String,
) -> Answer {
    let work = {
        let state = state.clone();
        async move {
            let query = parts.uri.query().unwrap_or("");
            let (method, path) = (&parts.method, parts.uri.path());
            cognate_web::respond(&state.app, method, path, query, base_url.as_deref()).await
        }
    };
    let mut answer = match in_own_task(&state, &request_id, work).await {
        Ok(Some(found)) => found.map(Full::new),
        Ok(None) => answer::text(StatusCode::NOT_FOUND, errors::NOT_FOUND, &request_id),
        Err(Unfinished::Busy) => answer::busy(&request_id),
        Err(Unfinished::Panicked) => answer::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            errors::FAILED,
            &request_id,
        ),
    };
    answer::identify(&mut answer, &request_id);
    answer
}

/// The reason why a request's work has no result.
enum Unfinished {
    /// All slots stayed taken.
    Busy,
    /// The work panicked; the log says where.
    Panicked,
}

/// Does the work of a request in one of the slots and in a task of its own, so that a client that goes away cannot stop it
/// between its steps (a failed password that is never counted), and a panic ends in an answer.
async fn in_own_task<T: Send + 'static>(
    state: &State,
    request_id: &str,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Unfinished> {
    let Some(slot) = state.load.enter().await else {
        return Err(Unfinished::Busy);
    };
    let task = tokio::spawn(async move {
        let result = work.await;
        drop(slot);
        result
    });
    task.await.map_err(|panic| {
        tracing::error!(%request_id, %panic, "a request panicked");
        Unfinished::Panicked
    })
}

/// Returns a header as text, cut to a length that fits a log line.
fn text(headers: &http::HeaderMap, name: header::HeaderName) -> String {
    let value = headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    value.chars().take(512).collect()
}
