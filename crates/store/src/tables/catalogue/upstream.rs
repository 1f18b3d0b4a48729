//! The tables of pools that stand in front of a pool of another server.

use super::{POOL, Table, USER, sealed};

/// The other pools.
pub(super) const UPSTREAMS: Table = Table {
    name: "upstreams",
    key: &["pool_id", "user_pool"],
    columns: &["doc", "sealed", "created", "modified", "ver", "mac"],
    sealed: &[sealed("sealed")],
    signed: Some(&["doc", "sealed"]),
    ..POOL
};
/// Their users who signed in here.
pub(super) const USERS: Table = Table {
    name: "upstream_users",
    key: &["pool_id", "user_id"],
    columns: &["state", "mark", "first", "last", "mac"],
    signed: Some(&["state", "mark", "last"]),
    ..USER
};
