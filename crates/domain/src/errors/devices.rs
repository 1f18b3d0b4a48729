//! Texts of remembered devices (auth.md 3.7, 6.4, 6.5, 6.7, 6.8).

use crate::errors::unconfirmed::devices as guess;
use crate::errors::{ApiError, ErrorCode, api, invalid_parameter};

/// auth.md 6.4, 6.5, 6.7, settled S12: clients drop the device that they remember on exactly this text.
pub fn device_not_found() -> ApiError {
    api(ErrorCode::ResourceNotFound, "Device does not exist.")
}

/// auth.md 6.7, settled S13: the key was not issued to the session of the access token.
pub fn device_key_invalid() -> ApiError {
    invalid_parameter("Invalid device key given.")
}

/// auth.md 6.7: the device was confirmed before.
pub fn device_key_exists() -> ApiError {
    api(ErrorCode::DeviceKeyExists, guess::DEVICE_KEY_EXISTS)
}

/// auth.md 3.7, 6.7: the pool does not track devices.
pub fn not_tracked() -> ApiError {
    api(
        ErrorCode::InvalidUserPoolConfiguration,
        guess::DEVICES_NOT_TRACKED,
    )
}

/// DeviceSecretVerifierConfig is incomplete, or one of its numbers is none that the proof can use.
pub fn verifier_invalid() -> ApiError {
    invalid_parameter(guess::VERIFIER_INVALID)
}
