//! Texts of passkeys (auth.md 4.5, 6.7).

use crate::errors::unconfirmed::passkeys as guess;
use crate::errors::{ApiError, ErrorCode, api, invalid_parameter, not_authorized};

/// Settled S21: WEB_AUTHN is no first factor of the pool.
pub fn not_enabled() -> ApiError {
    api(
        ErrorCode::WebAuthnNotEnabled,
        "WebAuthn not enabled for this pool",
    )
}

/// auth.md 4.5: the pool names no relying party and has no domain.
pub fn configuration_missing() -> ApiError {
    api(
        ErrorCode::WebAuthnConfigurationMissing,
        guess::CONFIGURATION_MISSING,
    )
}

/// auth.md 4.5: no registration is under way that this could complete.
pub fn challenge_not_found() -> ApiError {
    api(
        ErrorCode::WebAuthnChallengeNotFound,
        guess::CHALLENGE_NOT_FOUND,
    )
}

/// auth.md 4.5: the registration was begun through another client.
pub fn client_mismatch() -> ApiError {
    api(ErrorCode::WebAuthnClientMismatch, guess::CLIENT_MISMATCH)
}

/// auth.md 4.5: a page that does not belong to the relying party.
pub fn origin_not_allowed() -> ApiError {
    api(
        ErrorCode::WebAuthnOriginNotAllowed,
        guess::ORIGIN_NOT_ALLOWED,
    )
}

/// auth.md 4.5: a credential of another relying party.
pub fn relying_party_mismatch() -> ApiError {
    api(
        ErrorCode::WebAuthnRelyingPartyMismatch,
        guess::RELYING_PARTY_MISMATCH,
    )
}

/// auth.md 4.5: an authenticator or algorithm that the pool does not take.
pub fn not_supported() -> ApiError {
    api(
        ErrorCode::WebAuthnCredentialNotSupported,
        guess::NOT_SUPPORTED,
    )
}

/// The credential is no RegistrationResponseJSON, or its parts contradict each other:
/// <https://github.com/aws/aws-sdk-net/issues/4386> and two client programs, one of which got it for a credential that
/// is not discoverable. At sign-in by analogy.
pub fn invalid_credential() -> ApiError {
    invalid_parameter("Credential data is not valid")
}

/// A passkey that is registered cannot be registered again (Web Authentication section 7.1 step 26).
pub fn already_registered() -> ApiError {
    invalid_parameter(guess::ALREADY_REGISTERED)
}

/// auth.md 4.5: the 21st passkey.
pub fn too_many() -> ApiError {
    api(ErrorCode::LimitExceeded, guess::TOO_MANY)
}

/// auth.md 4.5: the user has no such passkey.
pub fn not_found() -> ApiError {
    api(ErrorCode::ResourceNotFound, guess::NOT_FOUND)
}

/// A wrong answer to WEB_AUTHN, whatever is wrong with it.
pub fn wrong() -> ApiError {
    not_authorized(guess::WRONG)
}
