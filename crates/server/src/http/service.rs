//! Finds the part of the server that answers a request.

use std::sync::Arc;

use bytes::Bytes;
use cognate_crypto::random;
use cognate_domain::ClientInfo;
use cognate_domain::app::metrics::labels::RequestEnd;
use cognate_domain::facts::names::first_chars;
use cognate_web::{ROUTES, Visitor};
use http::request::Parts;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;

use crate::aws::protocol::{self, About};
use crate::errors;
use crate::hints;
use crate::http::authorize;
use crate::http::compat;
use crate::http::connections::Connection;
use crate::http::dev;
use crate::http::health;
use crate::http::host::Host;
use crate::http::import_upload;
use crate::http::limits::BodyLimit;
use crate::http::origin::{self, Peer};
use crate::http::own_task::{Place, Unfinished, computes, in_own_task};
use crate::http::response::{self, Response};
use crate::state::State;
use crate::worlds::{self, answer as answer_of_world, place};

/// Answers one request that came on `connection`. Never fails: every error is an answer.
pub async fn respond(
    state: Arc<State>,
    peer: Peer,
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> Response {
    let request_id = random::uuid_v4();
    let (parts, body) = request.into_parts();
    if state.worlds.is_some() && place::is_named(&parts) {
        // On the heap, as few requests have one.
        return Box::pin(in_world(state, peer, connection, parts, body, request_id)).await;
    }
    answer(state, peer, connection, parts, body, request_id).await
}

/// Answers a request that names a world (docs/TEST-API.md).
async fn in_world(
    state: Arc<State>,
    peer: Peer,
    connection: &Arc<Connection>,
    mut parts: Parts,
    body: Incoming,
    request_id: String,
) -> Response {
    let browser = parts.headers.contains_key(header::ORIGIN);
    let (place, world) = match worlds::arrive(&state, peer.tls, &mut parts).await {
        Ok(arrived) => arrived,
        Err(none) => return none.response(browser, &request_id),
    };
    let response = answer(world, peer, connection, parts, body, request_id).await;
    answer_of_world::put(response, &place).await
}

/// Answers a request about a state.
async fn answer(
    state: Arc<State>,
    peer: Peer,
    connection: &Arc<Connection>,
    mut parts: Parts,
    body: Incoming,
    request_id: String,
) -> Response {
    if state.origins.dev {
        if let Some(answer) = compat::answer(&parts, &request_id) {
            return answer;
        }
        compat::rewrite(&mut parts);
    }
    let path = parts.uri.path();
    if path.starts_with("/health/") {
        // On the heap, like all that is not an operation: every request would have to move its state.
        return Box::pin(health::answer(&state, &parts.method, path, &request_id)).await;
    }
    let Some(named) = origin::host_of(&parts) else {
        return response::closing(StatusCode::BAD_REQUEST, errors::BAD_HOST, &request_id);
    };
    let is_dev = path == "/_dev" || path.starts_with("/_dev/");
    let is_page = path == dev::INBOX && dev::is_open(&state, peer.tls, &named.host, &parts.headers);
    if state.origins.dev && is_dev && !is_page {
        let body = dev::UnreadBody {
            connection,
            from: state.origins.client(peer, &parts.headers),
            body,
        };
        let named = (peer.tls, &named.host);
        return Box::pin(dev::answer(&state, named, &parts, body, &request_id)).await;
    }
    if state.origins.dev && path == authorize::PATH {
        return Box::pin(authorize::answer(&state, &parts, &request_id)).await;
    }
    if import_upload::is_at(path) {
        let from = state.origins.client(peer, &parts.headers);
        let upload = import_upload::answer(&state, connection, &parts, from, body, &request_id);
        return Box::pin(upload).await;
    }
    match (&parts.method, path) {
        (&Method::POST, "/") => {
            let address = state.origins.client(peer, &parts.headers);
            let asked = state.origins.asked(peer, &named.host, &parts.headers);
            let client = ClientInfo {
                ip: address.to_string(),
                user_agent: text(&parts.headers, header::USER_AGENT),
                base_url: state.origins.base_url(peer, &asked, &parts.headers),
                domain_pool: None,
                path_pool: None,
            };
            let about = About {
                request_id,
                host: named,
                tls: peer.tls,
                address,
                client,
            };
            operation(state, about, connection, parts, body).await
        }
        (&Method::OPTIONS, "/") if parts.headers.contains_key(header::ORIGIN) => {
            response::preflight(&parts.headers, &request_id)
        }
        (&Method::GET | &Method::HEAD, "/") if reads_html(&parts.headers) => {
            Box::pin(browse(
                state,
                peer,
                &named.host,
                request_id,
                connection,
                parts,
                body,
            ))
            .await
        }
        (_, "/") => response::xml(StatusCode::FORBIDDEN, errors::NOT_AN_OPERATION, &request_id),
        _ => {
            Box::pin(browse(
                state,
                peer,
                &named.host,
                request_id,
                connection,
                parts,
                body,
            ))
            .await
        }
    }
}

/// True if the client is a browser, or anything else that shows pages.
fn reads_html(headers: &http::HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter();
    accepted.any(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.contains("text/html"))
    })
}

/// Answers what is no operation, for the client whom the headers show.
async fn browse(
    state: Arc<State>,
    peer: Peer,
    named: &Host,
    request_id: String,
    connection: &Arc<Connection>,
    parts: Parts,
    body: Incoming,
) -> Response {
    let (origins, headers) = (&state.origins, &parts.headers);
    let asked = origins.asked(peer, named, headers);
    // The page at `/` shows codes in `dev`. A foreign page whose name leads here can send a report of a proxy, but not
    // another Host.
    let is_foreign = parts.uri.path() == "/" && !origins.may_administer(peer.tls, named, headers);
    let base_url = match is_foreign {
        true => None,
        false => origins.base_url(peer, &asked, headers),
    };
    let visitor = Visitor {
        address: origins.client(peer, headers),
        user_agent: text(headers, header::USER_AGENT),
        host: asked.to_string(),
        base_url,
        domain_url: origins.domain_url(peer, &asked, headers),
        domain: None,
        request_id,
        slot: None,
    };
    let url = visitor.base_url.as_ref().or(visitor.domain_url.as_ref());
    let pin = origins.may_pin_https(&asked, url.map(String::as_str));
    // Only in `dev`, and of the request that was, which the answer needs whole.
    let dev = state
        .origins
        .dev
        .then(|| parts.uri.query().map(str::to_owned));
    let mut response = page(state, visitor, connection, parts, body).await;
    if let Some(query) = dev {
        hints::put_page(&mut response, query.as_deref());
        // With it the same URL is another world's.
        let world = http::HeaderValue::from_name(place::HEADER);
        response.headers_mut().append(header::VARY, world);
    }
    if pin {
        response::pin_https(&mut response);
    }
    response
}

/// Answers an API operation.
async fn operation(
    state: Arc<State>,
    about: About,
    connection: &Arc<Connection>,
    parts: Parts,
    body: Incoming,
) -> Response {
    let request_id = about.request_id.clone();
    let call = match protocol::receive(&state, about, connection, parts, body).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    let (reply, op) = (call.reply(), call.op());
    let work = {
        let state = state.clone();
        move |slot| async move {
            let _held = state.app.whole.hold().await;
            call.answer(&state, slot).await
        }
    };
    let place = match op {
        Some(op) if computes(op) => Place::of_computing(&state.app),
        _ => Place::Async,
    };
    let unfinished = match in_own_task(&state.load, &request_id, place, work).await {
        Ok(answer) => return answer,
        Err(unfinished) => unfinished,
    };
    protocol::count(&state, op, RequestEnd::Failed);
    match unfinished {
        Unfinished::Busy => response::busy(&request_id),
        Unfinished::Panicked => reply.finish(&request_id, Err(errors::internal())),
    }
}

/// Answers with a document or a page.
async fn page(
    state: Arc<State>,
    visitor: Visitor,
    connection: &Arc<Connection>,
    parts: Parts,
    body: Incoming,
) -> Response {
    let request_id = visitor.request_id.clone();
    let takes_body = match ROUTES.admit(&*state, &parts, &visitor) {
        Ok(takes_body) => takes_body,
        Err(refused) => {
            let mut response = refused.map(Full::new);
            response::identify(&mut response, &request_id);
            return response;
        }
    };
    let body = if takes_body {
        let limit = match cognate_web::has_long_form(parts.uri.path()) {
            true => BodyLimit::Medium,
            false => BodyLimit::Small,
        };
        let read = state.load.read(connection, visitor.address, body, limit);
        match read.await {
            Ok(body) => Some(body),
            Err(error) => return response::body_refused(error, &request_id),
        }
    } else {
        None
    };
    // A form: a password, a code, a grant.
    let place = match parts.method == Method::POST {
        true => Place::of_computing(&state.app),
        false => Place::Async,
    };
    let work = {
        let state = state.clone();
        move |slot| async move {
            let _held = state.app.whole.hold().await;
            // The body's share of the budget is kept until there is an answer.
            let bytes = body.as_ref().map_or_else(Bytes::new, |b| b.bytes.clone());
            let request = Request::from_parts(parts, bytes);
            let visitor = Visitor {
                slot: Some(slot),
                ..visitor
            };
            cognate_web::serve(&*state, request, visitor).await
        }
    };
    let mut response = match in_own_task(&state.load, &request_id, place, work).await {
        Ok(Some(found)) => found.map(Full::new),
        Ok(None) => response::text(StatusCode::NOT_FOUND, errors::NOT_FOUND, &request_id),
        Err(Unfinished::Busy) => response::busy(&request_id),
        Err(Unfinished::Panicked) => response::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            errors::FAILED,
            &request_id,
        ),
    };
    response::identify(&mut response, &request_id);
    response
}

/// Returns a header as text, cut to a length that fits a log line.
fn text(headers: &http::HeaderMap, name: header::HeaderName) -> String {
    let value = headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    first_chars(value, 512).to_owned()
}

#[cfg(test)]
mod tests {
    use cognate_domain::Slot;

    use super::*;

    /// The size of a future that is not begun.
    fn size<A, F: Future>(_: impl FnOnce(A) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn the_state_of_a_request_is_small() {
        let operation = size(
            |(call, state, slot): (protocol::Call, &'static State, Slot)| call.answer(state, slot),
        );
        assert!(operation <= 3 << 10, "{operation} bytes");
        type Parts = (
            Arc<State>,
            Peer,
            &'static Arc<Connection>,
            Request<Incoming>,
        );
        let request = size(|(state, peer, connection, request): Parts| {
            respond(state, peer, connection, request)
        });
        // With the threads that drive it.
        assert!(request <= (4 << 10) + 64, "{request} bytes");
        type Page = (&'static State, Request<Bytes>, Visitor);
        let page =
            size(|(state, request, visitor): Page| cognate_web::serve(state, request, visitor));
        assert!(page <= 3 << 10, "{page} bytes");
    }
}
