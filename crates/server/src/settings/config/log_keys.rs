//! The settings of the targets of log delivery, of the metrics, and of the store of published client secrets.

use super::{Key, Kind, key, secret};

/// The settings of the targets of log delivery, of the metrics, and of the store of published client secrets.
pub const LOG_KEYS: &[Key] = &[
    key(
        "metrics_listen",
        Kind::One,
        "Address of a listener of its own for GET /metrics, without TLS and without credentials (default none)",
    ),
    key(
        "log_target",
        Kind::Many,
        "PATTERN=TARGET: where log records go, by the ARN of their destination; may be repeated",
    ),
    secret(
        "log_access_key_id",
        "Access key id that signs calls of the services in log_target (default aws_access_key_id)",
    ),
    secret("log_secret_access_key", "Its secret access key"),
    secret("log_session_token", "Its session token, if it is temporary"),
    secret(
        "log_webhook_secret",
        "Key by which webhooks in log_target know that records are this server's (HMAC-SHA256)",
    ),
    key(
        "secrets_manager",
        Kind::One,
        "Where client secrets are published: aws, or the URL of a service that speaks AWS Secrets Manager (default none; dev then answers for it)",
    ),
    key(
        "secrets_manager_region",
        Kind::One,
        "Region of that service (default region)",
    ),
    secret(
        "secrets_manager_access_key_id",
        "Access key id that signs calls of it (default aws_access_key_id, in dev test)",
    ),
    secret(
        "secrets_manager_secret_access_key",
        "Its secret access key (test in dev)",
    ),
    secret(
        "secrets_manager_session_token",
        "Its session token, if it is temporary",
    ),
];
