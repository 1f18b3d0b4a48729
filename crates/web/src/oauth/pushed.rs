//! `/oauth2/par` (RFC 9126), and what becomes of a reference at `/oauth2/authorize`.
//!
//! A reference is good once. The browser that brings it is sent to the same path with the parameters that stand behind
//! it, which every page then carries on as it does those of other requests.

use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::{INVALID_CLIENT, INVALID_REQUEST};
use cognate_domain::oauth::pushed;
use http::{Method, StatusCode};
use serde::Serialize;

use crate::action;
use crate::failure::Failure;
use crate::fields::{Fields, QUERY_BYTES};
use crate::oauth::credentials::Sent;
use crate::oauth::location::with_query;
use crate::oauth::{challenged, json, refused, refused_client, unworded};
use crate::request::Request;
use crate::response::Response;

#[derive(Serialize)]
struct PushedBody<'a> {
    request_uri: &'a str,
    expires_in: i64,
}

/// Keeps the parameters of an authorization.
pub(crate) async fn par(request: Request<'_>) -> Result<Response, Failure> {
    let form = request.form();
    let form = form.ok().filter(|form| {
        // They come back in a URL.
        with_query("", form.iter()).len() <= QUERY_BYTES
    });
    let Some(form) = form else {
        return Ok(refused(StatusCode::BAD_REQUEST, &INVALID_REQUEST));
    };
    let sent = Sent::read(&request, &form);
    let client = sent.as_ref().map(Sent::credentials);
    let cx = request.cx(Endpoint::PushedAuthorization);
    let work = || Box::pin(pushed::push(&cx, client, form.iter()));
    match action::run(&cx, work).await {
        Ok(Ok(uri)) => {
            let body = PushedBody {
                request_uri: &uri,
                expires_in: pushed::SECONDS,
            };
            Ok(json(StatusCode::CREATED, &body))
        }
        Ok(Err(refusal)) if refusal.error == INVALID_CLIENT.error => {
            let by_basic = sent
                .as_ref()
                .is_some_and(|sent| sent.id_by_header().is_some());
            match by_basic {
                true => Ok(challenged(&refusal)),
                false => refused_client(&cx, None, &refusal).await,
            }
        }
        Ok(Err(refusal)) => Ok(refused(StatusCode::BAD_REQUEST, &refusal)),
        Err(error) => unworded(error),
    }
}

/// What a request for an authorization has in the place of parameters.
pub(crate) enum Expanded {
    /// No reference of ours.
    No,
    /// A reference, for which the browser goes to this path and query.
    To(String),
    /// A reference that is unknown, over, used or another client's: the id of the client that the request names.
    Gone(String),
}

/// Uses up the reference of a request. HEAD uses up none.
///
/// # Errors
/// Faults.
pub(crate) async fn expanded(request: &Request<'_>) -> Result<Expanded, Failure> {
    let fields = match *request.method() {
        Method::HEAD => return Ok(Expanded::No),
        Method::POST => request.form().unwrap_or_default(),
        _ => Fields::default(),
    };
    let query = request.query().unwrap_or_default();
    let get = |name| query.get(name).or_else(|| fields.get(name));
    let Some(uri) = get("request_uri").filter(|uri| uri.starts_with(pushed::PREFIX)) else {
        return Ok(Expanded::No);
    };
    let client_id = get("client_id").unwrap_or_default();
    let cx = request.cx(Endpoint::PushedAuthorization);
    let taken = action::run(&cx, || Box::pin(pushed::take(&cx, client_id, uri))).await?;
    Ok(match taken {
        Some(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()));
            Expanded::To(with_query(request.path(), pairs))
        }
        None => Expanded::Gone(client_id.to_owned()),
    })
}
