//! A bound on how often this node does something that strangers can cause.

use std::sync::{Mutex, PoisonError};

use quick_cache::sync::Cache;

/// What may be done, and how fast more of it is earned.
#[derive(Clone, Copy)]
pub struct Rate {
    /// The number of times at once after a quiet time.
    pub burst: i64,
    /// The time in which one more is earned, in microseconds.
    pub earned: i64,
}

/// Of everybody together: at most 172,800 a day and node.
const ALL: Rate = Rate {
    burst: 1_000,
    earned: 500_000,
};
/// Of one client address, so that nobody uses up alone what others may need.
const ONE: Rate = Rate {
    burst: 200,
    earned: 2_000_000,
};
/// The addresses that are remembered. One that is forgotten may begin anew, within [`ALL`].
const REMEMBERED: usize = 4_096;

/// What is left.
#[derive(Clone, Copy)]
struct Left {
    times: i64,
    since: i64,
}

impl Left {
    fn new(rate: Rate) -> Self {
        Self {
            times: rate.burst,
            since: 0,
        }
    }

    /// Adds what was earned since. A clock that goes back gives nothing.
    fn fill(&mut self, rate: Rate, now: i64) {
        let earned = now.saturating_sub(self.since).max(0) / rate.earned;
        if earned > 0 {
            self.times = self.times.saturating_add(earned).min(rate.burst);
            self.since = now;
        }
    }
}

/// A budget that fills again with time.
pub struct Allowance {
    rates: (Rate, Rate),
    all: Mutex<Left>,
    by_address: Cache<String, Left>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self::new(ALL, ONE)
    }
}

impl Allowance {
    /// Returns a budget of everybody together and one of each.
    pub fn new(all: Rate, one: Rate) -> Self {
        Self {
            rates: (all, one),
            all: Mutex::new(Left::new(all)),
            by_address: Cache::new(REMEMBERED),
        }
    }

    /// True if it may be done once more; counts nothing. `now`: microseconds.
    pub fn has(&self, now: i64, network: &str) -> bool {
        let (of_all, of_one) = self.rates;
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut one = self.by_address.get(network).unwrap_or(Left::new(of_one));
        all.fill(of_all, now);
        one.fill(of_one, now);
        all.times > 0 && one.times > 0
    }

    /// True if it may be done once more for a client address, or whatever else is counted; counts it. `now`: microseconds.
    pub fn spend(&self, now: i64, network: String) -> bool {
        let (of_all, of_one) = self.rates;
        // One caller at a time, for both counts.
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut one = self.by_address.get(&network).unwrap_or(Left::new(of_one));
        all.fill(of_all, now);
        one.fill(of_one, now);
        let may = all.times > 0 && one.times > 0;
        all.times -= i64::from(may);
        one.times -= i64::from(may);
        self.by_address.insert(network, one);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn times(allowance: &Allowance, now: i64, network: &str) -> usize {
        let spend = |_: &_| allowance.spend(now, network.to_owned());
        (0..500).filter(spend).count()
    }

    #[test]
    fn an_address_is_bounded_and_its_part_fills_again() {
        let allowance = Allowance::default();
        assert_eq!(times(&allowance, NOW, "192.0.2.1"), 200);
        assert_eq!(times(&allowance, NOW + ONE.earned - 1, "192.0.2.1"), 0);
        assert_eq!(times(&allowance, NOW + ONE.earned, "192.0.2.1"), 1);
        // A clock that goes back gives nothing.
        assert_eq!(times(&allowance, 0, "192.0.2.1"), 0);
    }

    #[test]
    fn others_are_not_kept_out_by_one_address() {
        let allowance = Allowance::default();
        times(&allowance, NOW, "192.0.2.1");
        assert_eq!(times(&allowance, NOW, "192.0.2.2"), 200);
    }

    #[test]
    fn all_addresses_together_are_bounded() {
        let allowance = Allowance::default();
        let spent: usize = (0..100)
            .map(|n| times(&allowance, NOW, &format!("192.0.2.{n}")))
            .sum();
        assert_eq!(spent, 1_000);
        assert_eq!(times(&allowance, NOW + ALL.earned, "192.0.2.200"), 1);
    }
}
