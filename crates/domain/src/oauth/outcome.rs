//! The ends of a step: an answer, a refusal of the endpoint, a fault.

use crate::errors::oauth::OAuthError;
use crate::errors::{ApiError, Fault, Result};

/// The result of an endpoint's work: its answer or its refusal, unless there is a fault.
pub type Answer<T> = Result<std::result::Result<T, OAuthError>>;

/// The reason why a step stops.
pub enum Stop {
    /// The endpoint refuses.
    Refused(OAuthError),
    /// There is a fault, or an exception for which the endpoint has no words.
    Fault(Fault),
}

impl From<OAuthError> for Stop {
    fn from(refusal: OAuthError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Stop {
    /// Puts exceptions of the API into the words of an endpoint; `words` returns None for those that it has none for.
    pub fn worded(fault: Fault, words: impl FnOnce(&ApiError) -> Option<OAuthError>) -> Self {
        match fault {
            Fault::Api(error) => match words(&error) {
                Some(refusal) => Self::Refused(refusal),
                None => Self::Fault(Fault::Api(error)),
            },
            other => Self::Fault(other),
        }
    }
}

/// Returns the result in the form that [`run`](crate::run) understands.
///
/// # Errors
/// The fault.
pub fn settle<T>(outcome: std::result::Result<T, Stop>) -> Answer<T> {
    match outcome {
        Ok(answer) => Ok(Ok(answer)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}
