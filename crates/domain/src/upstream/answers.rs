//! What the other server says to a step of a sign-in, and what becomes of its refusals (moving.md 4.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use cognate_crypto::secret::SecretString;
use cognate_shapes::{ChallengeNameType, ErrorCode};
use serde_json::Value;

use crate::errors::{self, ApiError, Fault, Result, api, auth};
use crate::records::client::Client;
use crate::upstream::call::Failure;
use crate::upstream::identity::{Person, Tokens};

/// The longest Session that is kept, in bytes (the API's bound is 4,096 characters).
pub(super) const LONGEST_SESSION: usize = 8 << 10;
/// The most parameters of a challenge, and the bytes of one.
const MOST_PARAMETERS: usize = 64;
const LONGEST_PARAMETER: usize = 16 << 10;

/// A challenge of theirs.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Its name.
    pub name: ChallengeNameType,
    /// Session, if there is one.
    pub session: Option<String>,
    /// ChallengeParameters.
    pub parameters: BTreeMap<String, String>,
}

impl Question {
    /// Returns a parameter; the empty text without it.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

/// An answer of InitiateAuth or RespondToAuthChallenge.
pub(super) enum Reply {
    Tokens(Tokens),
    Question(Question),
}

/// Reads an answer.
pub(super) fn read(answer: &Value) -> std::result::Result<Reply, Failure> {
    let odd = || Failure::Down("an answer that is neither tokens nor a challenge".to_owned());
    let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    if let Some(result) = answer.get("AuthenticationResult").filter(|r| r.is_object()) {
        let token = |name: &str| text(result, name).map(SecretString::new);
        return Ok(Reply::Tokens(Tokens {
            id: token("IdToken").ok_or_else(odd)?,
            access: token("AccessToken").ok_or_else(odd)?,
            refresh: token("RefreshToken"),
        }));
    }
    let name = text(answer, "ChallengeName").ok_or_else(odd)?;
    let name = ChallengeNameType::parse(&name).ok_or_else(odd)?;
    let session = text(answer, "Session");
    let given = answer.get("ChallengeParameters").and_then(Value::as_object);
    let parameters: BTreeMap<String, String> = given
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let long = |text: &String| text.len() > LONGEST_PARAMETER;
    if session.as_ref().is_some_and(|s| s.len() > LONGEST_SESSION)
        || parameters.len() > MOST_PARAMETERS
        || parameters
            .iter()
            .any(|(name, value)| long(name) || long(value))
    {
        return Err(odd());
    }
    Ok(Reply::Question(Question {
        name,
        session,
        parameters,
    }))
}

/// The end of a step there.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    /// The user is proven.
    Known(Arc<Person>),
    /// Another answer is wanted.
    Asked(Arc<Question>),
    /// The answer was wrong, or nobody has that name.
    Refused(Refusal),
}

/// A refusal as our client sees it.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The error.
    pub error: ApiError,
    /// True if it counts as a wrong answer. What their state alone decides, and no secret was judged for, counts for
    /// nothing.
    pub counts: bool,
}

impl Refusal {
    /// Returns the refusal of a wrong answer.
    pub fn wrong(error: ApiError) -> Self {
        Self {
            error,
            counts: true,
        }
    }

    fn free(error: ApiError) -> Self {
        Self {
            error,
            counts: false,
        }
    }
}

/// Whether a refusal answers the first proof of a user or a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A name, with a password or the begin of SRP.
    First,
    /// An answer to a challenge, by somebody who has proven something.
    Later,
}

/// Returns what our client is told of a failure. Whether it may learn who exists is its own setting, whatever theirs is.
///
/// # Errors
/// InternalErrorException where the other server does not answer or is set up otherwise, TooManyRequestsException where it
/// is asked too often.
pub(crate) fn refusal(
    client: &Client,
    action: crate::facts::action::Action,
    stage: Stage,
    failure: Failure,
) -> Result<Refusal> {
    let (name, text) = match failure {
        Failure::Busy => return Err(errors::overloaded(action).into()),
        Failure::Down(_) => return Err(errors::internal().into()),
        Failure::Refused(name, text) => (name, text),
    };
    let hides = client.hides_existence() && stage == Stage::First;
    let shown = |error: ApiError| match hides {
        true => auth::incorrect_password(),
        false => error,
    };
    let own = |code: ErrorCode| api(code, text.clone());
    Ok(match name.as_str() {
        "NotAuthorizedException" => not_authorized(&text, stage, shown),
        "UserNotFoundException" => Refusal::wrong(shown(errors::user_not_found())),
        "UserNotConfirmedException" => Refusal::free(auth::user_not_confirmed()),
        "PasswordResetRequiredException" => Refusal::free(auth::password_reset_required()),
        "CodeMismatchException" => Refusal::wrong(own(ErrorCode::CodeMismatch)),
        "ExpiredCodeException" => Refusal::wrong(own(ErrorCode::ExpiredCode)),
        "EnableSoftwareTokenMFAException" => Refusal::free(errors::mfa::enabling_failed()),
        "InvalidPasswordException" => Refusal::free(own(ErrorCode::InvalidPassword)),
        "LimitExceededException" => Refusal::free(own(ErrorCode::LimitExceeded)),
        "UserLambdaValidationException" => Refusal::wrong(own(ErrorCode::UserLambdaValidation)),
        "InvalidParameterException" if stage == Stage::Later => {
            Refusal::wrong(own(ErrorCode::InvalidParameter))
        }
        other => {
            tracing::warn!(
                exception = other,
                text,
                "the upstream refuses what it should not"
            );
            return Err(Fault::Api(errors::internal()));
        }
    })
}

fn not_authorized(text: &str, stage: Stage, shown: impl Fn(ApiError) -> ApiError) -> Refusal {
    match text {
        "Password attempts exceeded" => Refusal::free(auth::password_attempts_exceeded()),
        "User is disabled." => Refusal::wrong(shown(auth::user_disabled())),
        "User is not authorized to get auth details." => {
            Refusal::wrong(shown(auth::external_user()))
        }
        _ if stage == Stage::First => Refusal::wrong(auth::incorrect_password()),
        text if text.contains("can only be used once") => Refusal::free(auth::session_used()),
        text if text.contains("session is expired") => Refusal::free(auth::session_expired()),
        text if text.starts_with("Incorrect username or password") => {
            Refusal::wrong(auth::incorrect_password())
        }
        _ => Refusal::wrong(auth::session_invalid()),
    }
}
