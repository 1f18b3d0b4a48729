//! `/oauth2/register` (RFC 7591) and, behind it, a client's own registration (RFC 7592; agents.md 3).
//!
//! A client that registers has no id yet by which its pool could be found: the pool is the one whose domain the host is, or
//! on the hosts of this server itself the one in the path.

use cognate_domain::Endpoint;
use cognate_domain::oauth::registration::{self, Refused, Registration};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use crate::action;
use crate::failure::Failure;
use crate::oauth::{bearer, challenge, json, refused, unworded};
use crate::request::Request;
use crate::response::Response;

/// Registers a client, or reads, changes or ends a registration.
pub(crate) async fn register(request: Request<'_>) -> Result<Response, Failure> {
    let at_host = request.pool_at_host().map(|at| at.pool.id.as_str());
    let Some(pool) = request.path_pool().or(at_host) else {
        return refusal_of(&Refused::NoPool);
    };
    let (client, token) = (request.param("client"), token(&request));
    let own = token.unwrap_or_default();
    let body = body(&request);
    let status = match *request.method() {
        Method::POST => StatusCode::CREATED,
        _ => StatusCode::OK,
    };
    let outcome = match *request.method() {
        Method::POST => {
            let cx = request.cx(Endpoint::Registration);
            let work = || Box::pin(registration::register(&cx, pool, token, body));
            action::run(&cx, work).await
        }
        Method::PUT => {
            let cx = request.cx(Endpoint::RegistrationChange);
            let who = (client, own);
            let work = || Box::pin(registration::change(&cx, pool, who, body));
            action::run(&cx, work).await
        }
        Method::DELETE => {
            let cx = request.cx(Endpoint::RegistrationEnd);
            let work = || Box::pin(registration::end(&cx, pool, client, own));
            return match action::run(&cx, work).await {
                Ok(Ok(())) => Ok(Response::empty(StatusCode::NO_CONTENT)),
                Ok(Err(refusal)) => refusal_of(&refusal),
                Err(error) => unworded(error),
            };
        }
        _ => {
            let cx = request.cx(Endpoint::RegistrationRead);
            let work = || Box::pin(registration::read(&cx, pool, client, own));
            action::run(&cx, work).await
        }
    };
    match outcome {
        Ok(Ok(made)) => Ok(answer(&request, status, made)),
        Ok(Err(refusal)) => refusal_of(&refusal),
        Err(error) => unworded(error),
    }
}

/// Returns the token that the request brings; an empty one if it has a header that brings none, which is never good.
fn token<'a>(request: &Request<'a>) -> Option<&'a str> {
    let has_header = request.headers().contains_key(header::AUTHORIZATION);
    has_header.then(|| bearer(request).unwrap_or_default())
}

/// Returns the body; nothing if it is not said to be JSON.
fn body<'a>(request: &Request<'a>) -> &'a [u8] {
    let kind = request.header(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.eq_ignore_ascii_case("application/json") {
        true => request.body(),
        false => &[],
    }
}

fn answer(request: &Request<'_>, status: StatusCode, made: Registration) -> Response {
    let Registration {
        client_id,
        mut members,
    } = made;
    if let Some(base) = &request.visitor().base_url {
        let base = base.trim_end_matches('/');
        let prefix = match request.path_pool() {
            None => String::new(),
            Some(pool) => format!("/{pool}"),
        };
        let url = format!("{base}{prefix}/oauth2/register/{client_id}");
        members.insert("registration_client_uri".to_owned(), Value::String(url));
    }
    json(status, &members)
}

fn refusal_of(refusal: &Refused) -> Result<Response, Failure> {
    Ok(match refusal {
        Refused::NoPool => {
            let body = serde_json::json!({
                "error": "invalid_request",
                "error_description": "There is no such user pool here",
            });
            json(StatusCode::NOT_FOUND, &body)
        }
        Refused::Metadata(error) => refused(StatusCode::BAD_REQUEST, error),
        Refused::Denied(error) => refused(StatusCode::FORBIDDEN, error),
        Refused::Token(error) => {
            let status = match error.error {
                "insufficient_scope" => StatusCode::FORBIDDEN,
                _ => StatusCode::UNAUTHORIZED,
            };
            let body = serde_json::json!({
                "error": error.error,
                "error_description": error.description,
            });
            challenge(json(status, &body), *error)
        }
        Refused::TooMany(seconds) => {
            let body = serde_json::json!({
                "error": "temporarily_unavailable",
                "error_description": "Too many requests",
            });
            let wait = HeaderValue::from(*seconds);
            json(StatusCode::TOO_MANY_REQUESTS, &body).with_header(header::RETRY_AFTER, wait)
        }
    })
}
