//! `/oauth2/introspect` (RFC 7662).

use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::{INVALID_CLIENT, INVALID_REQUEST};
use cognate_domain::oauth;
use http::StatusCode;
use serde_json::{Map, Value};

use crate::action;
use crate::failure::Failure;
use crate::oauth::credentials::Sent;
use crate::oauth::{challenged, json, refused, unworded};
use crate::request::Request;
use crate::response::Response;

/// Tells if a token is active, and what it is good for.
pub(crate) async fn introspect(request: Request<'_>) -> Result<Response, Failure> {
    let Ok(form) = request.form() else {
        return Ok(refused(StatusCode::BAD_REQUEST, &INVALID_REQUEST));
    };
    let sent = Sent::read(&request, &form);
    let client = sent.as_ref().map(Sent::credentials);
    let token = form.get("token");
    let cx = request.cx(Endpoint::Introspection);
    let work = || Box::pin(oauth::introspect::token(&cx, client, token));
    match action::run(&cx, work).await {
        Ok(Ok(told)) => {
            let mut body = Map::new();
            body.insert("active".into(), Value::Bool(told.is_some()));
            body.extend(told.unwrap_or_default());
            Ok(json(StatusCode::OK, &body))
        }
        Ok(Err(refusal)) if refusal.error == INVALID_CLIENT.error => Ok(challenged(&refusal)),
        Ok(Err(refusal)) => Ok(refused(StatusCode::BAD_REQUEST, &refusal)),
        Err(error) => unworded(error),
    }
}
