//! Texts of sign-in, challenges, tokens and sessions (auth.md 2, 3, 5.7, 6.1, 6.4, 6.5, 6.7).

use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, not_authorized, unconfirmed};

/// auth.md 6.4: wrong password, unknown user if the client hides that, unspecific refusals; settled S1, S2.
pub fn incorrect_password() -> ApiError {
    not_authorized("Incorrect username or password.")
}

/// admin.md 6.2: threat protection refused a sign-in, or whatever comes from an address.
pub fn security_reasons() -> ApiError {
    not_authorized(unconfirmed::SECURITY_REASONS)
}

/// auth.md 2.10, 6.4: the lockout.
pub fn password_attempts_exceeded() -> ApiError {
    not_authorized("Password attempts exceeded")
}

/// auth.md 2.7, 6.1, settled T9: requests per hour.
pub fn attempt_limit_exceeded() -> ApiError {
    api(
        ErrorCode::LimitExceeded,
        "Attempt limit exceeded, please try after some time.",
    )
}

/// auth.md 6.4.
pub fn user_disabled() -> ApiError {
    not_authorized("User is disabled.")
}

/// auth.md 6.1.
pub fn user_not_confirmed() -> ApiError {
    api(ErrorCode::UserNotConfirmed, "User is not confirmed.")
}

/// auth.md 6.1.
pub fn password_reset_required() -> ApiError {
    api(
        ErrorCode::PasswordResetRequired,
        "Password reset required for the user",
    )
}

/// auth.md 6.4.
pub fn temporary_password_expired() -> ApiError {
    not_authorized("Temporary password has expired and must be reset by an administrator.")
}

/// Settled S27: a federated user without a password.
pub fn external_user() -> ApiError {
    not_authorized("User is not authorized to get auth details.")
}

/// Settled L5.
pub fn secret_not_received(client_id: &str) -> ApiError {
    not_authorized(format!(
        "Client {client_id} is configured with secret but SECRET_HASH was not received"
    ))
}

/// Settled L5. That a client without a secret refuses a hash in the same words is likely.
pub fn wrong_secret_hash(client_id: &str) -> ApiError {
    not_authorized(format!(
        "SecretHash does not match for the client: {client_id}"
    ))
}

/// Settled L2.
pub fn timestamp_form() -> ApiError {
    invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english")
}

/// auth.md 3.1, 6.4.
pub fn missing_parameter(name: &str) -> ApiError {
    invalid_parameter(format!("Missing required parameter {name}"))
}

/// auth.md 3.1, 6.4.
pub fn password_flow_disabled() -> ApiError {
    invalid_parameter("USER_PASSWORD_AUTH flow not enabled for this client")
}

/// auth.md 3.1, 6.4.
pub fn srp_flow_disabled() -> ApiError {
    invalid_parameter("USER_SRP_AUTH is not enabled for the client.")
}

/// auth.md 3.1, 6.4.
pub fn user_auth_flow_disabled() -> ApiError {
    invalid_parameter("USER_AUTH flow not enabled for this client")
}

/// auth.md 3.1: ten unconnected client programs translate this text, one of them with its type.
pub fn custom_auth_flow_disabled() -> ApiError {
    invalid_parameter("CUSTOM_AUTH is not enabled for the client.")
}

/// auth.md 3.1, 6.4, settled S28.
pub fn admin_password_flow_disabled() -> ApiError {
    invalid_parameter("Auth flow not enabled for this client")
}

/// auth.md 3.1, 6.4: an ADMIN_* flow in the public operation.
pub fn method_not_supported() -> ApiError {
    invalid_parameter("Initiate Auth method not supported.")
}

/// Settled S24.
pub fn custom_auth_without_triggers() -> ApiError {
    invalid_parameter("Custom auth lambda trigger is not configured for the user pool.")
}

/// auth.md 3.1, 6.5, settled S23.
pub fn session_expired() -> ApiError {
    not_authorized("Invalid session for the user, session is expired.")
}

/// auth.md 3.1, 6.5.
pub fn session_used() -> ApiError {
    not_authorized("Invalid session for the user, session can only be used once.")
}

/// auth.md 3.1, 6.5: of another user, client or challenge, or altered.
pub fn session_invalid() -> ApiError {
    not_authorized("Invalid session for the user.")
}

/// auth.md 3.1, 6.5: not a session at all.
pub fn session_nonsense() -> ApiError {
    not_authorized("Invalid session provided")
}

/// auth.md 6.5: an attribute that has a value is sent again with the new password.
pub fn attribute_already_provided(name: &str) -> ApiError {
    not_authorized(format!("Cannot modify an already provided {name}"))
}

/// auth.md 6.5: a required attribute without a value.
pub fn required_attribute_missing(name: &str) -> ApiError {
    invalid_parameter(format!("Invalid attributes given, {name} is missing"))
}

/// auth.md 6.4.
pub fn refresh_token_invalid() -> ApiError {
    not_authorized("Invalid Refresh Token")
}

/// Settled T19: the wording of GetTokensFromRefreshToken.
pub fn refresh_token_unusable() -> ApiError {
    not_authorized("Invalid Refresh Token.")
}

/// Settled C2.
pub fn refresh_token_of_another_client() -> ApiError {
    not_authorized("Refresh Token has different Client")
}

/// auth.md 6.4.
pub fn refresh_token_expired() -> ApiError {
    not_authorized("Refresh Token has expired")
}

/// auth.md 6.4, settled T20.
pub fn refresh_token_revoked() -> ApiError {
    not_authorized("Refresh Token has been revoked")
}

/// auth.md 5.7, 6.1.
pub fn access_token_invalid() -> ApiError {
    not_authorized("Invalid Access Token")
}

/// auth.md 6.1.
pub fn access_token_forged() -> ApiError {
    not_authorized("Could not verify signature for Access Token")
}

/// auth.md 6.1.
pub fn access_token_expired() -> ApiError {
    not_authorized("Access Token has expired")
}

/// auth.md 6.1.
pub fn access_token_revoked() -> ApiError {
    not_authorized("Access Token has been revoked")
}

/// auth.md 6.1.
pub fn access_token_scopes() -> ApiError {
    not_authorized("Access Token does not have required scopes")
}
