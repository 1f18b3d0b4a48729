//! The table of log delivery.

use super::{Origin, POOL, Table, sealed};

/// The records that wait.
pub(super) const LOG_RECORDS: Table = Table {
    name: "log_records",
    key: &["pool_id", "source", "record_id"],
    columns: &["created", "sealed"],
    sealed: &[sealed("sealed")],
    origin: Origin::Transient,
    ..POOL
};
