//! The end of a handler before its last line: an answer that is found early, or none at all.

use cognate_domain::{ApiError, Fault};

use crate::cookies::CookieError;
use crate::failure::Failure;
use crate::fields::FieldsError;
use crate::response::Response;

/// The reason why a handler goes no further.
pub(crate) enum Stop {
    /// This is the answer.
    Answer(Box<Response>),
    /// There is none of the handler's own.
    Failure(Failure),
}

/// The result of a part of a handler.
pub(crate) type Flow<T> = Result<T, Stop>;

impl Stop {
    /// Ends with an answer.
    pub(crate) fn with(response: Response) -> Self {
        Self::Answer(Box::new(response))
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<FieldsError> for Stop {
    fn from(error: FieldsError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<CookieError> for Stop {
    fn from(error: CookieError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Failure(fault.into())
    }
}

/// Returns what the route table takes.
///
/// # Errors
/// The failure.
pub(crate) fn settle(end: Flow<Response>) -> Result<Response, Failure> {
    match end {
        Ok(response) => Ok(response),
        Err(Stop::Answer(response)) => Ok(*response),
        Err(Stop::Failure(failure)) => Err(failure),
    }
}
