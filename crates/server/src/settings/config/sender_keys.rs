//! The settings of the senders of messages.

use super::{Key, Kind, key, secret};

/// The settings of the senders of messages.
pub const SENDER_KEYS: &[Key] = &[
    key(
        "email_senders",
        Kind::Many,
        "Senders of e-mails, the first to be tried first: smtp, ses, webhook (default none)",
    ),
    key(
        "sms_senders",
        Kind::Many,
        "Senders of text messages, the first to be tried first: sns, sms-voice, webhook (default none)",
    ),
    key(
        "email_from",
        Kind::One,
        "From of pools that have none, as Name <id@mail.example>",
    ),
    key(
        "sender_seconds",
        Kind::One,
        "How long one try of one sender may take (default 5)",
    ),
    secret(
        "smtp_url",
        "Mail server: smtps://user:password@host:465 or smtp://user:password@host:587?tls=required",
    ),
    key(
        "smtp_ca",
        Kind::One,
        "PEM file with the certificates that the mail server is trusted by, instead of the system's",
    ),
    secret(
        "aws_access_key_id",
        "Id of the key that signs requests to SES, SNS and End User Messaging, and to Lambda and KMS unless these have their own",
    ),
    secret("aws_secret_access_key", "The secret of that key"),
    secret(
        "aws_session_token",
        "The token of that key if it is a temporary one",
    ),
    key(
        "ses_endpoint",
        Kind::One,
        "URL of a service that speaks SES v2 (default Amazon's of the region)",
    ),
    key(
        "sns_endpoint",
        Kind::One,
        "URL of a service that speaks SNS (default Amazon's of the region)",
    ),
    key(
        "sms_voice_endpoint",
        Kind::One,
        "URL of a service that speaks End User Messaging (default Amazon's of the region)",
    ),
    secret(
        "message_webhook_url",
        "URL that takes messages as signed JSON documents",
    ),
    secret(
        "message_webhook_secret",
        "The key of those signatures, 16 characters at least",
    ),
    key(
        "message_limits",
        Kind::Many,
        "Messages in an hour at most: destination=600, user=300, country=10000, pool=1000000 by default; off lifts one",
    ),
];
