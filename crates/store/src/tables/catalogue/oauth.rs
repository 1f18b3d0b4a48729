//! The tables of requests that wait for a browser, and of what a provider must be told when a user signs out.

use super::{Expiry, POOL, Table, USER, sealed};

/// The clients that registered themselves.
pub(super) const DYNAMIC_CLIENTS: Table = Table {
    name: "dynamic_clients",
    key: &["pool_id", "client_id"],
    columns: &["token_key", "used", "created", "mac", "idle_since"],
    signed: Some(&["token_key", "created"]),
    ..POOL
};
/// Parameters that clients sent before their users' browsers come.
pub(super) const PUSHED_REQUESTS: Table = Table {
    name: "pushed_requests",
    key: &["pool_id", "request_key"],
    columns: &["client_id", "doc", "created", "expires", "bucket", "mac"],
    expiry: Expiry::At("expires"),
    signed: Some(&["client_id", "doc", "created", "expires"]),
    ..POOL
};
/// Devices that wait for a user to let them in.
pub(super) const DEVICE_REQUESTS: Table = Table {
    name: "device_requests",
    key: &["pool_id", "device_key"],
    columns: &[
        "user_key",
        "client_id",
        "state",
        "doc",
        "polled",
        "wait",
        "created",
        "expires",
        "ver",
        "bucket",
        "mac",
        "user_id",
    ],
    expiry: Expiry::At("expires"),
    signed: Some(&[
        "user_key",
        "client_id",
        "user_id",
        "state",
        "doc",
        "created",
        "expires",
    ]),
    ..USER
};
/// Sign-ins that wait for the answer of an identity provider.
pub(super) const PROVIDER_REQUESTS: Table = Table {
    name: "provider_requests",
    key: &["pool_id", "request_key"],
    columns: &[
        "client_id",
        "answered",
        "doc",
        "created",
        "expires",
        "bucket",
        "mac",
    ],
    expiry: Expiry::At("expires"),
    signed: Some(&["client_id", "answered", "doc", "created", "expires"]),
    ..POOL
};
/// Sign-ins through providers of SAML.
pub(super) const PROVIDER_SESSIONS: Table = Table {
    name: "provider_sessions",
    key: &["pool_id", "session_id"],
    columns: &[
        "user_id",
        "name_key",
        "index_key",
        "sealed",
        "created",
        "expires",
        "bucket",
        "mac",
    ],
    expiry: Expiry::At("expires"),
    sealed: &[sealed("sealed")],
    signed: Some(&["user_id", "name_key", "index_key", "sealed", "created"]),
    ..USER
};
