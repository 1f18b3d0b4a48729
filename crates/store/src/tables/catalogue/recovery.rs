//! The tables of point-in-time recovery.

use super::{Expiry, POOL, Table, sealed};

/// Rows as they were before a change.
pub(super) const BEFORE_IMAGES: Table = Table {
    name: "before_images",
    key: &["pool_id", "at", "entity", "row_key", "ver"],
    columns: &[
        "there", "text_1", "text_2", "text_3", "text_4", "int_1", "int_2", "int_3", "sealed",
        "public", "row_mac",
    ],
    sealed: &[sealed("sealed")],
    expiry: Expiry::Never,
    ..POOL
};
/// Recoveries.
pub(super) const RECOVERIES: Table = Table {
    name: "recoveries",
    key: &["pool_id", "restore_id"],
    columns: &[
        "status", "target", "created", "changed", "counts", "ver", "mac",
    ],
    signed: Some(&["status", "target", "created"]),
    ..POOL
};
/// The rows that an open recovery may change.
pub(super) const ITEMS: Table = Table {
    name: "recovery_items",
    key: &["pool_id", "restore_id", "entity", "row_key"],
    columns: &[
        "first_at",
        "first_ver",
        "first_there",
        "last_at",
        "last_ver",
        "action",
        "stage",
    ],
    ..POOL
};
