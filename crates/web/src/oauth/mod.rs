//! The OAuth endpoints that programs call: `/oauth2/token`, `/oauth2/revoke`, `/oauth2/userInfo` (endpoints.md 1.6 to
//! 1.8), and `/logout`, to which they send browsers (endpoints.md 1.10). The client or the token that a request brings
//! names the pool, on every host.

mod credentials;
mod location;
mod logout;
mod revoke;
mod token;
mod user_info;

pub(crate) use logout::logout;
pub(crate) use revoke::revoke;
pub(crate) use token::token;
pub(crate) use user_info::user_info;

use cognate_domain::ApiError;
use cognate_domain::errors::ErrorCode;
use cognate_domain::errors::oauth::OAuthError;
use http::StatusCode;
use serde::Serialize;

use crate::failure::Failure;
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
