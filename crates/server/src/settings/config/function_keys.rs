//! The settings of functions of triggers, and of the keys for those that send codes.

use super::{Key, Kind, key, secret, secrets};

/// The settings of functions of triggers, and of the keys for those that send codes.
pub const FUNCTION_KEYS: &[Key] = &[
    key(
        "trigger",
        Kind::Many,
        "PATTERN=TARGET: where the functions of triggers run, by ARN; may be repeated",
    ),
    secret(
        "functions_key_id",
        "Access key id that signs calls of Lambda-compatible endpoints (default aws_access_key_id)",
    ),
    secret("functions_secret_key", "Its secret access key"),
    secret(
        "functions_session_token",
        "Its session token, if it is temporary",
    ),
    key(
        "functions_region",
        Kind::One,
        "Region in signatures of such calls (default that of the function's ARN)",
    ),
    secret(
        "hook_secret",
        "Key by which hooks know that a call is this server's (HMAC-SHA256)",
    ),
    key(
        "function_timeout_ms",
        Kind::One,
        "Time of one try of a function in milliseconds (default 5000)",
    ),
    key(
        "function_tries",
        Kind::One,
        "Tries of a function that does not answer (default 3)",
    ),
    key(
        "private_functions",
        Kind::Switch,
        "Let functions be called at private addresses and over HTTP in serve too",
    ),
    secrets(
        "code_key",
        "Key of the codes for custom senders: ARN=kms:URL or ARN=local:NAME:BASE64, where the ARN is a KMSKeyID or the beginning of some before *; may be repeated",
    ),
    secret(
        "kms_access_key_id",
        "Access key id for the key management services in code_key (default aws_access_key_id, in dev test)",
    ),
    secret(
        "kms_secret_access_key",
        "Secret access key for them (test in dev)",
    ),
    secret("kms_session_token", "Session token for them"),
];
