//! The tables with a column that the sealing key itself seals.

use super::{GLOBAL, POOL, Purge, Sealed, SealedBy, Table};

/// The pools themselves.
pub(in crate::tables) const POOLS: Table = Table {
    name: "pools",
    key: &["pool_id"],
    columns: &[
        "region",
        "state",
        "doc",
        "data_key",
        "issuer",
        "created",
        "modified",
        "ver",
        "mac",
        "paused",
        "shape",
        "issuer_host",
    ],
    purge: Purge::Never,
    sealed: &[Sealed {
        column: "data_key",
        by: SealedBy::SealingKey {
            beside: ["region", "state"],
            only: Some("state < 2"),
        },
    }],
    signed: Some(&["region", "doc", "issuer"]),
    ..POOL
};
/// The access keys.
pub(in crate::tables) const ACCESS_KEYS: Table = Table {
    name: "access_keys",
    key: &["key_id"],
    columns: &["doc", "sealed", "enabled", "created", "ver"],
    sealed: &[Sealed {
        column: "sealed",
        by: SealedBy::SealingKey {
            beside: ["doc", "enabled"],
            only: None,
        },
    }],
    ..GLOBAL
};
