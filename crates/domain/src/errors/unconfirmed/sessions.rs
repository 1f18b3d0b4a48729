//! Best guesses about sessions, step-up and the tokens of machines: the model says when these are refused, not how.

/// Sessions of a pool that does not track them.
pub const TRACKING_IS_OFF: &str = "Session tracking is not enabled for the user pool.";
/// A session that is not there, not the user's, or over.
pub const SESSION_NOT_FOUND: &str = "Session does not exist.";
/// RevokeUserSession for the session of the token that asks.
pub const CURRENT_SESSION: &str = "The current session cannot be revoked.";
/// admin.md 1.7: the feature's name in the refusal of a pool of the LITE plan.
pub const SESSION_TRACKING: &str = "Session Tracking";
/// The feature's name in the refusal of a pool of the LITE plan.
pub const STEP_UP: &str = "Step-up Authentication";
/// GetClientToken and GetDerivedToken: the secret is not the client's.
pub const WRONG_CLIENT_SECRET: &str = "Invalid client secret.";
/// GetClientToken for a client without ALLOW_CLIENT_TOKEN_AUTH.
pub const CLIENT_TOKEN_FLOW_DISABLED: &str =
    "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.";
/// GetDerivedToken: the intersection of the scopes is empty.
pub const NO_SCOPE_LEFT: &str = "None of the requested scopes can be granted.";
/// GetDerivedToken: that both together are refused is documented, the text is not.
pub const AUDIENCE_AND_RESOURCE: &str = "Audiences and Resources cannot be requested together.";
/// The token endpoint: `resource` names no resource server (agents.md 4.3). The service gives no reason there.
pub const UNKNOWN_RESOURCE: &str = "resource is not the Identifier of a resource server of the user pool. CreateResourceServer adds one.";
/// The token endpoint: `resource` is another one than the authorization was given for.
pub const OTHER_RESOURCE: &str = "The authorization was given for another resource.";
/// GetDerivedToken: our own rule. A token for a client says that the user signed in there.
pub const AUDIENCE_IS_A_CLIENT: &str = "The audience cannot be an app client of the user pool.";
/// Create- and UpdateUserPoolClient: our own rule for ALLOW_TOKEN_EXCHANGE_*; whether the service has one is not known.
pub const EXCHANGE_WITHOUT_SECRET: &str =
    "Token exchange is only available to app clients with a client secret.";
/// GetDerivedToken: that the type is needed with the token is documented, the text is not.
pub const ACTOR_TOKEN_INCOMPLETE: &str = "ActorToken and ActorTokenType must be sent together.";
/// GetDerivedToken.
pub const SUBJECT_TOKEN_INVALID: &str = "Invalid Subject Token";
/// GetDerivedToken.
pub const ACTOR_TOKEN_INVALID: &str = "Invalid Actor Token";
/// GetDerivedToken: the service can check an assertion only by a provider's settings; the text is a guess.
pub const PROVIDER_REQUIRED: &str = "The provider name is required for tokens of type SAML2.";
/// GetDerivedToken: our own rule. A provider signs users in to those clients that offer it.
pub fn provider_not_offered(name: &str) -> String {
    format!("Identity provider {name} is not enabled for the client.")
}
/// GetDerivedToken: SAML and OIDC providers are documented; the text is a guess.
pub fn token_of_no_such_provider(kind: &str, provider: &str) -> String {
    format!("Tokens of type {kind} are not supported for identity providers of type {provider}.")
}
/// The feature's name in the refusal of a pool of the LITE plan.
pub const TOKEN_EXCHANGE: &str = "Token Exchange";
/// Step-up: that a token needs levels is documented, the text is not. The same holds for the next five.
pub const TOKEN_WITHOUT_LEVELS: &str =
    "TARGET_ACR_VALUES is required when ACCESS_TOKEN is provided.";
/// None of the levels is one of the pool's.
pub const NO_KNOWN_LEVEL: &str = "TARGET_ACR_VALUES contains no valid ACR value.";
/// The user has no factors for any of the levels.
pub const NO_REACHABLE_LEVEL: &str = "User cannot satisfy any of the requested ACR values.";
/// The token has the level already.
pub const LEVEL_IS_REACHED: &str = "The access token already satisfies the requested ACR value.";
/// MAX_AGE is not a whole number of seconds.
pub const INVALID_MAX_AGE: &str = "MAX_AGE must be a non-negative integer.";
/// The token is another user's or another client's.
pub const TOKEN_OF_SOMEBODY_ELSE: &str = "Access Token does not match the user.";
