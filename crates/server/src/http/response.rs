//! Small HTTP responses and the headers that all of them share.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::Full;

use crate::errors;
use crate::http::limits::BodyError;

/// A response with its whole body.
pub type Response = http::Response<Full<Bytes>>;

/// Returns a response with a body of some type.
pub fn of(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Returns a line of text.
pub fn text(status: StatusCode, body: &'static str, request_id: &str) -> Response {
    let mut response = of(status, "text/plain; charset=utf-8", body);
    identify(&mut response, request_id);
    response
}

/// Returns a JSON document that nobody keeps.
pub fn json(status: StatusCode, value: &serde_json::Value, request_id: &str) -> Response {
    let mut response = of(status, "application/json", value.to_string());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    identify(&mut response, request_id);
    response
}

/// Returns a line of text after which the connection is closed, since the rest of the request is not read.
pub fn closing(status: StatusCode, body: &'static str, request_id: &str) -> Response {
    let mut response = text(status, body, request_id);
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Returns a response in the framework's XML.
pub fn xml(status: StatusCode, body: &'static str, request_id: &str) -> Response {
    let mut response = of(status, "application/xml", body);
    identify(&mut response, request_id);
    response
}

/// Returns the response of a server that has no room for the request; clients try again.
pub fn busy(request_id: &str) -> Response {
    text(
        StatusCode::SERVICE_UNAVAILABLE,
        errors::OVERLOADED,
        request_id,
    )
}

/// Returns the response to a body that was not read whole.
pub fn body_refused(error: BodyError, request_id: &str) -> Response {
    match error {
        BodyError::TooLarge(limit) => closing(
            StatusCode::PAYLOAD_TOO_LARGE,
            errors::too_large(limit),
            request_id,
        ),
        BodyError::TooSlow | BodyError::Broken => {
            closing(StatusCode::REQUEST_TIMEOUT, errors::TOO_SLOW, request_id)
        }
        BodyError::Overloaded => busy(request_id),
    }
}

/// Adds the request's id (auth.md 1.2).
pub fn identify(response: &mut Response, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
}

/// Tells browsers to come to this host by https alone for a year (RFC 6797). Names below the host may be somebody else's.
pub fn pin_https(response: &mut Response) {
    response.headers_mut().insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    );
}

/// Lets pages of any origin read the response (auth.md 1.7, settled B27).
pub fn allow_origins(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    let expose =
        HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, expose);
}

/// Returns the response to a preflight: allows what it asks for, for two days (settled B26).
pub fn preflight(asked: &http::HeaderMap, request_id: &str) -> Response {
    let mut response = Response::new(Full::default());
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("172800"),
    );
    let mut echo = |from: HeaderName, to: HeaderName| {
        if let Some(value) = asked.get(from) {
            headers.insert(to, value.clone());
        }
    };
    echo(
        header::ACCESS_CONTROL_REQUEST_METHOD,
        header::ACCESS_CONTROL_ALLOW_METHODS,
    );
    echo(
        header::ACCESS_CONTROL_REQUEST_HEADERS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
    );
    identify(&mut response, request_id);
    response
}
