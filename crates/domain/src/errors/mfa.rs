//! Texts of second factors and authenticator apps (auth.md 4, 6.5, 6.7, 6.8).

use crate::errors::unconfirmed::mfa as guess;
use crate::errors::{ApiError, ErrorCode, api, invalid_parameter};
use crate::facts::action::Action;
use crate::facts::factor::MfaFactor;

/// Settled C18: a factor is turned on that the user has not set up.
pub fn no_delivery_config(factor: MfaFactor) -> ApiError {
    invalid_parameter(format!(
        "User does not have delivery config set to turn on {}",
        factor.as_str()
    ))
}

/// auth.md 4.4, settled T16.
pub fn software_token_not_enabled() -> ApiError {
    api(
        ErrorCode::SoftwareTokenMFANotFound,
        "Software Token MFA has not been enabled by the userPool",
    )
}

/// auth.md 4.4, 6.7: a wrong code in VerifySoftwareToken.
pub fn enabling_failed() -> ApiError {
    api(
        ErrorCode::EnableSoftwareTokenMFA,
        "Code mismatch and fail enable Software Token MFA",
    )
}

/// auth.md 6.5: a wrong code at sign-in.
pub fn code_mismatch() -> ApiError {
    api(ErrorCode::CodeMismatch, "Invalid code received for user")
}

/// auth.md 4.4, 6.5.
pub fn code_used() -> ApiError {
    api(
        ErrorCode::ExpiredCode,
        "Your software token has already been used once.",
    )
}

/// auth.md 4.2: the pool requires a factor that the user cannot have. The raw line, spelling as served:
/// <https://github.com/aws-amplify/amplify-flutter/issues/95>; the type also
/// <https://github.com/aws-amplify/amplify-js/issues/14013>. InitiateAuth does not declare it; its type is a guess.
pub fn impossible(action: Action) -> ApiError {
    let code = if action.declares(ErrorCode::MFAMethodNotFound) {
        ErrorCode::MFAMethodNotFound
    } else {
        ErrorCode::InvalidUserPoolConfiguration
    };
    api(code, "No MFA mechanism registerd in the account.")
}

/// auth.md 4.4: AssociateSoftwareToken and VerifySoftwareToken take one of the two.
pub fn one_credential() -> ApiError {
    invalid_parameter(guess::ONE_CREDENTIAL)
}

/// auth.md 4.3.
pub fn two_preferred() -> ApiError {
    invalid_parameter(guess::TWO_PREFERRED)
}

/// auth.md 4.3: what is off cannot be preferred.
pub fn preferred_but_off() -> ApiError {
    invalid_parameter(guess::PREFERRED_BUT_OFF)
}

/// The model's documentation of WebAuthnMfaSettings: the pool must let passkeys count as both factors.
pub fn passkeys_are_one_factor() -> ApiError {
    invalid_parameter(guess::PASSKEYS_ARE_ONE_FACTOR)
}

/// The model's documentation of WebAuthnMfaSettings: another factor must be on, so that a lost passkey does not lock
/// its user out.
pub fn passkey_needs_another_factor() -> ApiError {
    invalid_parameter(guess::PASSKEY_NEEDS_ANOTHER_FACTOR)
}

/// AdminDeleteSoftwareToken of a user without one.
pub fn no_software_token() -> ApiError {
    api(ErrorCode::ResourceNotFound, guess::NO_SOFTWARE_TOKEN)
}

/// SELECT_MFA_TYPE was answered by something that was not to choose from.
pub fn not_a_choice() -> ApiError {
    invalid_parameter(guess::NOT_A_CHOICE)
}
