//! Small HTTP answers and the headers that all of them share.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

use crate::errors;
use crate::limits::BodyError;

/// An answer with its whole body.
pub type Answer = Response<Full<Bytes>>;

/// An answer with a body of some type.
pub fn of(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Answer::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A line of text.
pub fn text(status: StatusCode, body: &'static str, request_id: &str) -> Answer {
    let mut answer = of(status, "text/plain; charset=utf-8", body);
    identify(&mut answer, request_id);
    answer
}

/// A line of text after which the connection is closed, since the rest of the request is not read.
pub fn closing(status: StatusCode, body: &'static str, request_id: &str) -> Answer {
    let mut answer = text(status, body, request_id);
    answer
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// The framework's XML.
pub fn xml(status: StatusCode, body: &'static str, request_id: &str) -> Answer {
    let mut answer = of(status, "application/xml", body);
    identify(&mut answer, request_id);
    answer
}

/// The server has no room for the request; clients try again.
pub fn busy(request_id: &str) -> Answer {
    text(
        StatusCode::SERVICE_UNAVAILABLE,
        errors::OVERLOADED,
        request_id,
    )
}

/// The answer to a body that was not read whole.
pub fn body_refused(error: BodyError, request_id: &str) -> Answer {
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

/// Adds the request's id (auth 1.2).
pub fn identify(answer: &mut Answer, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        answer.headers_mut().insert("x-amzn-requestid", value);
    }
}

/// Lets pages of any origin read the answer (auth 1.7, B27).
pub fn allow_origins(answer: &mut Answer) {
    let headers = answer.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    let expose =
        HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, expose);
}

/// The answer to a preflight: what was asked for is allowed, for two days (B26).
pub fn preflight(asked: &http::HeaderMap, request_id: &str) -> Answer {
    let mut answer = Answer::new(Full::default());
    let headers = answer.headers_mut();
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
    identify(&mut answer, request_id);
    answer
}
