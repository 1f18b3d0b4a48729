//! Refusals about tracked sessions, step-up, and tokens of machines and of exchanges.

use cognate_shapes::{ExplicitAuthFlowsType, IdentityProviderTypeType, TokenTypeIdentifierType};

use crate::errors::unconfirmed::sessions as texts;
use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, not_authorized};

/// The pool does not track sessions.
pub fn tracking_is_off() -> ApiError {
    invalid_parameter(texts::TRACKING_IS_OFF)
}

/// The user has no such session.
pub fn session_not_found() -> ApiError {
    api(ErrorCode::ResourceNotFound, texts::SESSION_NOT_FOUND)
}

/// The token that asks belongs to the session.
pub fn current_session() -> ApiError {
    invalid_parameter(texts::CURRENT_SESSION)
}

/// The client did not prove itself.
pub fn wrong_client_secret() -> ApiError {
    not_authorized(texts::WRONG_CLIENT_SECRET)
}

/// The client may not get tokens for itself.
pub fn client_token_flow_disabled() -> ApiError {
    invalid_parameter(texts::CLIENT_TOKEN_FLOW_DISABLED)
}

/// The client may not trade tokens in this way.
pub fn exchange_flow_disabled(flow: ExplicitAuthFlowsType) -> ApiError {
    invalid_parameter(format!("{} is not enabled for the client.", flow.as_str()))
}

/// Trading tokens for a client that cannot prove itself.
pub fn exchange_without_secret() -> ApiError {
    invalid_parameter(texts::EXCHANGE_WITHOUT_SECRET)
}

/// An audience that is an app client of the pool.
pub fn audience_is_a_client() -> ApiError {
    invalid_parameter(texts::AUDIENCE_IS_A_CLIENT)
}

/// A scope that the client does not have.
pub fn scope_not_allowed(scope: &str) -> ApiError {
    invalid_parameter(format!("Invalid scope requested: {scope}"))
}

/// None of the scopes that were asked for can be granted.
pub fn no_scope_left() -> ApiError {
    invalid_parameter(texts::NO_SCOPE_LEFT)
}

/// Audiences and Resources together.
pub fn audience_and_resource() -> ApiError {
    invalid_parameter(texts::AUDIENCE_AND_RESOURCE)
}

/// `resource` that is the Identifier of no resource server of the pool.
pub fn unknown_resource() -> ApiError {
    invalid_parameter(texts::UNKNOWN_RESOURCE)
}

/// Another `resource` than the authorization was given for.
pub fn other_resource() -> ApiError {
    invalid_parameter(texts::OTHER_RESOURCE)
}

/// ActorToken without ActorTokenType, or the other way round.
pub fn actor_token_incomplete() -> ApiError {
    invalid_parameter(texts::ACTOR_TOKEN_INCOMPLETE)
}

/// A SubjectToken that is altered, over, revoked, of another kind or of another pool.
pub fn subject_token_invalid() -> ApiError {
    not_authorized(texts::SUBJECT_TOKEN_INVALID)
}

/// An ActorToken of that sort.
pub fn actor_token_invalid() -> ApiError {
    not_authorized(texts::ACTOR_TOKEN_INVALID)
}

/// A token of an identity provider that the client does not offer.
pub fn provider_not_offered(name: &str) -> ApiError {
    invalid_parameter(texts::provider_not_offered(name))
}

/// A token of a kind that the identity provider does not issue, or whose kind nobody can check.
pub fn token_of_no_such_provider(
    kind: TokenTypeIdentifierType,
    provider: IdentityProviderTypeType,
) -> ApiError {
    invalid_parameter(texts::token_of_no_such_provider(
        kind.as_str(),
        provider.as_str(),
    ))
}

/// SAML2 without the name of the identity provider.
pub fn provider_required() -> ApiError {
    invalid_parameter(texts::PROVIDER_REQUIRED)
}

/// ACCESS_TOKEN without TARGET_ACR_VALUES.
pub fn token_without_levels() -> ApiError {
    invalid_parameter(texts::TOKEN_WITHOUT_LEVELS)
}

/// TARGET_ACR_VALUES of which the pool knows none.
pub fn no_known_level() -> ApiError {
    invalid_parameter(texts::NO_KNOWN_LEVEL)
}

/// Levels of which the user can reach none.
pub fn no_reachable_level() -> ApiError {
    invalid_parameter(texts::NO_REACHABLE_LEVEL)
}

/// An ACCESS_TOKEN whose level is enough.
pub fn level_is_reached() -> ApiError {
    invalid_parameter(texts::LEVEL_IS_REACHED)
}

/// MAX_AGE is no number of seconds.
pub fn invalid_max_age() -> ApiError {
    invalid_parameter(texts::INVALID_MAX_AGE)
}

/// An ACCESS_TOKEN of another user or client than the request names.
pub fn token_of_somebody_else() -> ApiError {
    not_authorized(texts::TOKEN_OF_SOMEBODY_ELSE)
}
