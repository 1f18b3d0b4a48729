//! The OAuth endpoints that programs call: `/oauth2/token`, `/oauth2/revoke`, `/oauth2/userInfo` (endpoints.md 1.6 to
//! 1.8), and `/logout`, to which they send browsers (endpoints.md 1.10). The client or the token that a request brings
//! names the pool, on every host.

mod credentials;
mod device;
mod introspect;
mod location;
mod logout;
pub(crate) mod pushed;
mod register;
mod revoke;
mod token;
mod user_info;

pub(crate) use device::device_authorization;
pub(crate) use introspect::introspect;
pub(crate) use logout::{logout, onward};
pub(crate) use pushed::par;
pub(crate) use register::register;
pub(crate) use revoke::revoke;
pub(crate) use token::token;
pub(crate) use user_info::user_info;

use cognate_domain::errors::ErrorCode;
use cognate_domain::errors::oauth::{BearerError, INVALID_CLIENT, OAuthError};
use cognate_domain::oauth::profile;
use cognate_domain::{ApiError, Cx};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::action;
use crate::failure::Failure;
use crate::oauth::credentials::Sent;
use crate::request::Request;
use crate::response::Response;

/// The content type of the service's answers (endpoints.md 1.6).
const JSON: &str = "application/json;charset=UTF-8";

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

/// Returns a JSON document.
fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Texts and numbers always become JSON.
    let text = serde_json::to_vec(body).unwrap_or_default();
    Response::new(status, JSON, text)
}

/// Returns the answer for a refusal.
fn refused(status: StatusCode, refusal: &OAuthError) -> Response {
    let body = ErrorBody {
        error: refusal.error,
        error_description: refusal.description.as_deref(),
    };
    json(status, &body)
}

/// Returns the answer for a refusal of a client's request. Where a client with the standard profile did not prove itself by
/// Basic, that is 401 with a challenge (RFC 6749 section 5.2); the service answers 400.
async fn refused_client(
    cx: &Cx<'_>,
    sent: Option<&Sent>,
    refusal: &OAuthError,
) -> Result<Response, Failure> {
    let response = refused(StatusCode::BAD_REQUEST, refusal);
    let by_basic = sent.and_then(Sent::id_by_header);
    let Some(id) = by_basic.filter(|_| refusal.error == INVALID_CLIENT.error) else {
        return Ok(response);
    };
    let standard = action::run(cx, || Box::pin(profile::is_standard(cx, id)));
    Ok(if standard.await? {
        challenged(refusal)
    } else {
        response
    })
}

/// Returns the answer for a client that did not prove itself where the standards apply.
fn challenged(refusal: &OAuthError) -> Response {
    let challenge = HeaderValue::from_static(r#"Basic realm="oauth2", charset="UTF-8""#);
    refused(StatusCode::UNAUTHORIZED, refusal).with_header(header::WWW_AUTHENTICATE, challenge)
}

/// Returns the token of the one `Authorization` header.
fn bearer<'a>(request: &Request<'a>) -> Option<&'a str> {
    let value = request.header(header::AUTHORIZATION)?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(' ');
    fits.then_some(token)
}

/// Says in a header why a token is refused (RFC 6750 section 3).
fn challenge(response: Response, refusal: BearerError) -> Response {
    let BearerError { error, description } = refusal;
    let text = format!("Bearer error=\"{error}\", error_description=\"{description}\"");
    match HeaderValue::try_from(text) {
        Ok(challenge) => response.with_header(header::WWW_AUTHENTICATE, challenge),
        // The texts are constants without such characters.
        Err(_) => response,
    }
}

/// Returns the answer for an exception that the endpoint has no words for: a setting whose feature is missing is named,
/// everything else is the table's to answer.
fn unworded(error: ApiError) -> Result<Response, Failure> {
    if error.code != ErrorCode::NotImplemented {
        return Err(error.into());
    }
    let body = ErrorBody {
        error: "server_error",
        error_description: Some(&error.message),
    };
    Ok(json(StatusCode::NOT_IMPLEMENTED, &body))
}
