//! A bound on how often this node does something that strangers can cause.

use std::sync::{Mutex, PoisonError};

/// The number of times at once after a quiet time.
const BURST: i64 = 200;
/// The time in which one more is earned, in microseconds: at most 43,200 a day and node.
const EARNED: i64 = 2_000_000;

/// What is left.
#[derive(Clone, Copy)]
struct Left {
    times: i64,
    since: i64,
}

/// A budget that fills again with time.
pub struct Allowance(Mutex<Left>);

impl Default for Allowance {
    fn default() -> Self {
        Self(Mutex::new(Left {
            times: BURST,
            since: 0,
        }))
    }
}

impl Allowance {
    /// True if it may be done once more; counts it. `now`: microseconds.
    pub fn spend(&self, now: i64) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = now.saturating_sub(left.since).max(0) / EARNED;
        if earned > 0 {
            left.times = left.times.saturating_add(earned).min(BURST);
            left.since = now;
        }
        let may = left.times > 0;
        left.times -= i64::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_fills_again() {
        let allowance = Allowance::default();
        let now = 1_000 * EARNED;
        let times = (0..500).filter(|_| allowance.spend(now)).count();
        assert_eq!(times, 200);
        assert!(!allowance.spend(now + EARNED - 1));
        assert!(allowance.spend(now + EARNED) && !allowance.spend(now + EARNED));
        // A clock that goes back gives nothing.
        assert!(!allowance.spend(0));
    }
}
