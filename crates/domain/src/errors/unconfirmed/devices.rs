//! Best guesses about remembered devices.

/// auth.md 6.7: the text was not captured.
pub const DEVICE_KEY_EXISTS: &str = "Device already exists.";
/// auth.md 3.7, 6.7: the text was not captured; this is what a client library says of it, in words of its own
/// (<https://github.com/aws-amplify/amplify-js/pull/8353>).
pub const DEVICES_NOT_TRACKED: &str = "Device tracking has not been configured in this User Pool";
/// The text for a verifier or salt that is missing, no base64 or out of range was not captured.
pub const VERIFIER_INVALID: &str = "Invalid device secret verifier config given.";
