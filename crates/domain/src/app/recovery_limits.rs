//! How far back a pool can go, and how often (moving.md 5.2).

use crate::clock::DAY;

/// The bounds of point-in-time recovery; for counts, None = any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryLimits {
    /// How far back a pool of the plan ESSENTIALS can go, in microseconds.
    pub essentials: i64,
    /// The same for PLUS.
    pub plus: i64,
    /// Recoveries of a pool that are initiated within 24 hours.
    pub previews_per_day: Option<i64>,
    /// The same within 30 days.
    pub previews_per_month: Option<i64>,
    /// Recoveries of a pool that are completed within 24 hours.
    pub restores_per_day: Option<i64>,
}

impl Default for RecoveryLimits {
    fn default() -> Self {
        Self {
            essentials: DAY,
            plus: 14 * DAY,
            previews_per_day: Some(3),
            previews_per_month: Some(10),
            restores_per_day: Some(1),
        }
    }
}
