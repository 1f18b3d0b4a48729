//! The node's clock, for leases of the store itself, batch ids and the comparison with the database's clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since the epoch by the clock of this machine.
#[allow(
    clippy::disallowed_methods,
    reason = "the store compares this very clock with the database's; tests have no business moving it"
)]
pub(crate) fn wall_micros() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        })
}
