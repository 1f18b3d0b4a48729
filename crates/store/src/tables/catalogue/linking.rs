//! The tables of links between identities of providers and users, but for the links themselves.

use super::{Expiry, POOL, Table, sealed};

/// First sign-ins whose users were asked if they have an account.
pub(super) const OFFERS: Table = Table {
    name: "link_offers",
    key: &["pool_id", "offer_key"],
    columns: &[
        "provider_id",
        "client_id",
        "sealed",
        "created",
        "expires",
        "bucket",
        "mac",
    ],
    expiry: Expiry::At("expires"),
    sealed: &[sealed("sealed")],
    signed: Some(&["provider_id", "client_id", "sealed", "created", "expires"]),
    ..POOL
};
/// First sign-ins that wait for an administrator.
pub(super) const REQUESTS: Table = Table {
    name: "link_requests",
    key: &["pool_id", "request_id"],
    columns: &[
        "provider_id",
        "state",
        "doc",
        "created",
        "expires",
        "bucket",
        "mac",
    ],
    expiry: Expiry::At("expires"),
    signed: Some(&["provider_id", "state", "doc", "created", "expires"]),
    ..POOL
};
/// Providers that were deleted.
pub(super) const RETIRED: Table = Table {
    name: "retired_providers",
    key: &["pool_id", "name"],
    columns: &["provider_id", "doc", "mac"],
    signed: Some(&["provider_id", "doc"]),
    ..POOL
};
