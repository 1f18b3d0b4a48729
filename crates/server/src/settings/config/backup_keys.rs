//! The settings of backups.

use super::{Key, Kind, key, secret};

/// The settings of backups.
pub const BACKUP_KEYS: &[Key] = &[
    key(
        "backup_target",
        Kind::One,
        "Where backups go: a folder, or s3://bucket/prefix",
    ),
    key(
        "backup_recipients",
        Kind::Many,
        "Who can read backups: age1… of an identity that is kept elsewhere",
    ),
    key(
        "backup_hours",
        Kind::One,
        "Hours from one backup that the server makes by itself to the next; 0 makes none (default 0)",
    ),
    key(
        "backup_keep",
        Kind::One,
        "Of the backups that it makes by itself, how many are kept (default 7)",
    ),
    key(
        "backup_s3_endpoint",
        Kind::One,
        "URL of a service that speaks S3 (default Amazon's of the region)",
    ),
    key(
        "backup_s3_region",
        Kind::One,
        "Region in the signatures for it (default us-east-1)",
    ),
    secret(
        "backup_s3_access_key_id",
        "Id of the key that signs requests to it (default aws_access_key_id)",
    ),
    secret("backup_s3_secret_access_key", "The secret of that key"),
    secret(
        "backup_s3_session_token",
        "The token of that key if it is a temporary one",
    ),
];
