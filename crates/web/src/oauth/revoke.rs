//! `/oauth2/revoke` (endpoints.md 1.8).

use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::{INVALID_CLIENT, INVALID_REQUEST};
use cognate_domain::oauth;
use http::StatusCode;

use crate::action;
use crate::failure::Failure;
use crate::oauth::credentials::Sent;
use crate::oauth::{refused, unworded};
use crate::request::Request;
use crate::response::Response;

/// Revokes a refresh token. A secret counts only in the header (settled J14).
pub(crate) async fn revoke(request: Request<'_>) -> Result<Response, Failure> {
    let Ok(form) = request.form() else {
        return Ok(refused(StatusCode::BAD_REQUEST, &INVALID_REQUEST));
    };
    let sent = Sent::read(&request, &form);
    let client = sent.as_ref().map(Sent::secret_by_header_alone);
    let token = form.get("token");
    let cx = request.cx(Endpoint::Revoke);
    let work = || Box::pin(oauth::revoke::token(&cx, client, token));
    match action::run(&cx, work).await {
        Ok(Ok(())) => Ok(Response::empty(StatusCode::OK)),
        Ok(Err(refusal)) => {
            let status = if refusal.error == INVALID_CLIENT.error {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::BAD_REQUEST
            };
            Ok(refused(status, &refusal))
        }
        Err(error) => unworded(error),
    }
}
