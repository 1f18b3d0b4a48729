//! `/oauth2/userInfo` (endpoints.md 1.7, RFC 6750).

use cognate_access::rates::User;
use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::{BAD_USER_INFO_REQUEST, BearerError};
use cognate_domain::oauth::user_info;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Serialize, Serializer};

use crate::action;
use crate::failure::Failure;
use crate::oauth::{bearer, challenge, json, unworded};
use crate::request::Request;
use crate::response::Response;

/// The field of a form that has the token (RFC 6750 section 2.2).
const ACCESS_TOKEN: &str = "access_token";

/// Headers of the service beside those of the class.
const MORE: [(HeaderName, &str); 3] = [
    (header::EXPIRES, "0"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_XSS_PROTECTION, "1; mode=block"),
];

/// Claims as an object, in their order.
struct Body(user_info::Claims);

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Answers with the claims that an access token opens. The token is read from the header, or from a form; from the URL
/// never.
pub(crate) async fn user_info(request: Request<'_>) -> Result<Response, Failure> {
    let form = request.form().ok();
    let posted = form.as_ref().and_then(|form| form.get(ACCESS_TOKEN));
    let token = match posted {
        None => bearer(&request),
        // A request has one token (RFC 6750 section 2).
        Some(_) if request.headers().contains_key(header::AUTHORIZATION) => None,
        Some(token) => Some(token).filter(|token| !token.is_empty()),
    };
    let Some(token) = token else {
        return Ok(refused(BAD_USER_INFO_REQUEST));
    };
    request.admit_user(User::Token(token), true).await?;
    let cx = request.cx(Endpoint::UserInfo);
    let work = || Box::pin(user_info::claims(&cx, token));
    match action::run(&cx, work).await {
        Ok(Ok(claims)) => Ok(with_more(json(StatusCode::OK, &Body(claims)))),
        Ok(Err(refusal)) => Ok(refused(refusal)),
        Err(error) => unworded(error),
    }
}

/// The scheme is not in the service's header; RFC 6750 demands it, and who searches the text finds the rest.
fn refused(refusal: BearerError) -> Response {
    let status = if refusal == BAD_USER_INFO_REQUEST {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::UNAUTHORIZED
    };
    challenge(with_more(Response::empty(status)), refusal)
}

fn with_more(response: Response) -> Response {
    MORE.into_iter().fold(response, |response, (name, value)| {
        response.with_header(name, HeaderValue::from_static(value))
    })
}
