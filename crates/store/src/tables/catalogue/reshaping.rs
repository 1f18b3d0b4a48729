//! The tables of changes of what Cognito calls immutable.

use super::{POOL, Table, USER, sealed};

/// Changes, planned, under way or over.
pub(super) const CHANGES: Table = Table {
    name: "pool_changes",
    key: &["pool_id", "plan_id"],
    columns: &[
        "state", "doc", "progress", "created", "modified", "ver", "mac",
    ],
    signed: Some(&["state", "doc", "progress"]),
    ..POOL
};
/// Users as they were before a change, as long as it can be undone.
pub(super) const USERS: Table = Table {
    name: "pool_change_users",
    key: &["pool_id", "user_id"],
    columns: &["sealed"],
    sealed: &[sealed("sealed")],
    ..USER
};
