//! The tables of the audit trail.

use super::{Expiry, GLOBAL, POOL, Purge, Table, sealed};

/// The rows. The trail of a pool outlives it. Its MACs are by a key of the trail and not of the pool (decision 019).
pub(super) const AUDIT: Table = Table {
    name: "audit",
    key: &["pool_id", "at", "audit_id"],
    columns: &["doc", "link", "row_mac"],
    purge: Purge::Never,
    expiry: Expiry::Retention("at"),
    ..POOL
};
/// The links of the chain, which go with their rows.
pub(super) const LINKS: Table = Table {
    name: "audit_links",
    key: &["first"],
    columns: &["n", "newest", "entries", "hash", "link_mac"],
    reset: true,
    ..GLOBAL
};
/// Where the events of pools are sent.
pub(super) const WEBHOOKS: Table = Table {
    name: "event_webhooks",
    key: &["pool_id", "webhook_id"],
    columns: &[
        "doc", "sealed", "created", "modified", "ver", "mac", "place", "due", "owner", "failures",
        "problem",
    ],
    sealed: &[sealed("sealed")],
    signed: Some(&["doc", "sealed"]),
    ..POOL
};
