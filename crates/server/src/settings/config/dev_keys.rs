//! What is for `cognate dev` alone.

use super::{Key, Kind, key};

/// What is for `dev` alone.
pub const DEV_KEYS: &[Key] = &[
    key(
        "host",
        Kind::Many,
        "Host name by which dev may be reached besides loopback",
    ),
    key(
        "cors_origin",
        Kind::Many,
        "Foreign origin whose pages may make IAM and /_dev calls (dev)",
    ),
    key("expose_dev", Kind::Switch, "Let dev listen beyond loopback"),
    key(
        "ephemeral",
        Kind::Switch,
        "Keep everything in a temporary folder (dev)",
    ),
    key(
        "until_stdin_ends",
        Kind::Switch,
        "Stop when standard input ends, which the end of the program that started dev brings about (dev)",
    ),
    key(
        "tls",
        Kind::One,
        "self-signed makes dev speak TLS with a certificate by an authority of its own in the data folder (dev)",
    ),
    key(
        "impersonate",
        Kind::One,
        "Region whose hosts of Amazon's dev stands in for, to clients on this machine that are led to it (dev)",
    ),
    key(
        "impersonate_listen",
        Kind::One,
        "Address at which it does so (default 127.0.92.29:443)",
    ),
    key(
        "impersonate_domain",
        Kind::Many,
        "Custom domain of a pool that it stands in for, too",
    ),
    key(
        "seed",
        Kind::One,
        "File with pools, clients and users to have from the start; cognate.yaml, .json or .toml here without it (dev)",
    ),
];
