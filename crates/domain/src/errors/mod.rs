//! Every text that a client can see, one function each, and the error types that carry them.
//!
//! `pools`, `users` and `auth` hold texts with evidence; `unconfirmed` holds the best guesses (grade G in docs/service,
//! and [unconfirmed]) so that they are easy to change.

pub mod auth;
pub mod branding;
pub mod challenges;
pub mod clients;
pub mod devices;
pub mod domains;
pub mod federation;
pub mod groups;
pub mod imports;
pub mod limits;
pub mod logs;
pub mod metadata;
pub mod mfa;
pub mod migration;
pub mod oauth;
pub mod passkeys;
pub mod pools;
pub mod providers;
pub mod recovery;
pub mod resource_servers;
pub mod risk;
pub mod sessions;
pub mod tags;
pub mod terms;
pub mod triggers;
pub mod unconfirmed;
pub mod users;

use std::borrow::Cow;

pub use cognate_shapes::ErrorCode;

/// An error that the client sees.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The exception's name.
    pub code: ErrorCode,
    /// Its `message`.
    pub message: Cow<'static, str>,
}

/// Why an operation stopped.
#[derive(Debug)]
pub enum Fault {
    /// The answer is this error.
    Api(ApiError),
    /// A row or cache entry is out of date because another node or request changed it; run the action again.
    Stale,
    /// A fault of the server; the detail is for the log, the client gets InternalErrorException.
    Internal(String),
}

/// The result of an operation and of its steps.
pub type Result<T> = std::result::Result<T, Fault>;

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Fault::Api(error)
    }
}

impl From<cognate_store::StoreError> for Fault {
    fn from(error: cognate_store::StoreError) -> Self {
        Fault::Internal(format!("store: {error}"))
    }
}

impl From<cognate_crypto::seal::SealError> for Fault {
    fn from(error: cognate_crypto::seal::SealError) -> Self {
        Fault::Internal(format!("seal: {error}"))
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Fault::Internal(format!("stored document: {error}"))
    }
}

/// An error with a fixed or built text.
pub fn api(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> ApiError {
    ApiError {
        code,
        message: message.into(),
    }
}

/// InvalidParameterException with `message`.
pub fn invalid_parameter(message: impl Into<Cow<'static, str>>) -> ApiError {
    api(ErrorCode::InvalidParameter, message)
}

/// NotAuthorizedException with `message`.
pub fn not_authorized(message: impl Into<Cow<'static, str>>) -> ApiError {
    api(ErrorCode::NotAuthorized, message)
}

/// The text of the constraint walker (settled L10) for a member that the model takes for optional, where nothing else
/// can take its place. `hidden` is what messages do not show: names of users, passwords, tokens.
pub fn absent(member: &str, hidden: bool) -> ApiError {
    let null = if hidden { "" } else { " null" };
    invalid_parameter(format!(
        "1 validation error detected: Value{null} at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

/// HTTP 501: the operation, or a setting that it must obey, has no code yet.
pub fn not_implemented(what: impl std::fmt::Display) -> ApiError {
    api(
        ErrorCode::NotImplemented,
        format!("{what} is not implemented yet."),
    )
}

/// The one text of a fault of the server (auth.md 6.1; pasted in aws-amplify/aws-sdk-android#2022).
pub const INTERNAL: &str = "Internal server error.";

/// A fault of the server.
pub fn internal() -> ApiError {
    api(ErrorCode::InternalError, INTERNAL)
}

/// Too many calls to one target run already: the error that the action declares for that.
pub fn overloaded(action: crate::facts::action::Action) -> ApiError {
    if action.declares(ErrorCode::TooManyRequests) {
        api(ErrorCode::TooManyRequests, unconfirmed::OVERLOADED)
    } else {
        internal()
    }
}

/// auth.md 6.1.
pub fn pool_not_found(pool_id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("User pool {pool_id} does not exist."),
    )
}

/// auth.md 6.1, settled K19.
pub fn client_not_found(client_id: &str) -> ApiError {
    api(
        ErrorCode::ResourceNotFound,
        format!("User pool client {client_id} does not exist."),
    )
}

/// auth.md 6.1, 6.4, 6.8.
pub fn user_not_found() -> ApiError {
    api(ErrorCode::UserNotFound, "User does not exist.")
}
