//! The reasons why a handler has no answer of its own, and the answers that the table sends instead.

use cognate_access::RateError;
use cognate_domain::errors::{ErrorCode, INTERNAL};
use cognate_domain::{ApiError, Fault};
use http::StatusCode;

use crate::cookies::CookieError;
use crate::fields::FieldsError;
use crate::locale::Locale;
use crate::pages;
use crate::response::Response;
use crate::route::Class;

/// The reason why a handler has no answer.
#[derive(Debug)]
pub enum Failure {
    /// Nothing is at this path, for example because its pool does not exist.
    NotFound,
    /// The request cannot be understood.
    BadRequest,
    /// The body is longer than a form may be.
    TooLarge,
    /// The body has another content type than a form's.
    NotAForm,
    /// The request is bigger in its header fields than the handler reads.
    HeadersTooLarge,
    /// A limit of requests a second is reached.
    TooMany,
    /// The server failed; the detail is for the log.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error.code {
            ErrorCode::ResourceNotFound => Self::NotFound,
            ErrorCode::TooManyRequests | ErrorCode::LimitExceeded => Self::TooMany,
            ErrorCode::InternalError => Self::Fault(Fault::Api(error)),
            _ => Self::BadRequest,
        }
    }
}

impl From<RateError> for Failure {
    fn from(error: RateError) -> Self {
        match error {
            RateError::TooMany => Self::TooMany,
            RateError::Failed => Self::Fault(Fault::Internal("a limit could not be read".into())),
        }
    }
}

impl From<FieldsError> for Failure {
    fn from(error: FieldsError) -> Self {
        match error {
            FieldsError::TooLong => Self::TooLarge,
            FieldsError::NotAForm => Self::NotAForm,
            FieldsError::TooMany
            | FieldsError::Encoding
            | FieldsError::Repeated
            | FieldsError::Method => Self::BadRequest,
        }
    }
}

impl From<CookieError> for Failure {
    fn from(error: CookieError) -> Self {
        match error {
            CookieError::TooMany => Self::HeadersTooLarge,
            // A handler made a cookie that cannot be sent.
            CookieError::Value => Self::Fault(Fault::Internal("a cookie's value".into())),
        }
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Writes the answer in the form of a class: a page in the visitor's language, else JSON. `request_id` lets the
    /// operator find the request in the log.
    pub(crate) fn response(&self, class: Class, locale: Locale, request_id: &str) -> Response {
        let status = self.status();
        if class == Class::Page {
            return pages::error(status, locale, request_id);
        }
        let text = match self {
            Self::Fault(_) => INTERNAL,
            Self::TooMany => "Too many requests",
            _ => "The request cannot be understood",
        };
        let body = match class {
            // RFC 6749, 5.2: a client knows a failure by `error`.
            Class::Endpoint => {
                let error = match self {
                    Self::Fault(_) => "server_error",
                    Self::TooMany => "temporarily_unavailable",
                    _ => "invalid_request",
                };
                serde_json::json!({ "error": error, "error_description": text })
            }
            _ => serde_json::json!({ "message": text }),
        };
        Response::json(status, body.to_string())
    }
}
