//! How often the upstream of a pool is asked: a budget for each second, and a breaker that stops asking one that does not
//! answer. Each node has its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Calls in a row without an answer after which an upstream is left alone.
const FAILURES: u32 = 5;
/// How long it is left alone; then one call tries.
const REST: Duration = Duration::from_secs(5);
/// The length of a budget.
const SECOND: Duration = Duration::from_secs(1);

/// Why an upstream is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The budget of this second is spent.
    Spent,
    /// It did not answer lately.
    Resting,
}

/// The upstreams that were asked lately, by pool.
#[derive(Default)]
pub struct Upstreams(Mutex<HashMap<String, State>>);

struct State {
    begun: Instant,
    asked: u32,
    failures: u32,
    rests_until: Option<Instant>,
}

impl Upstreams {
    /// Counts a sign-in that the upstream of a pool is asked about.
    ///
    /// # Errors
    /// [`Closed`] if it must not be asked now.
    pub fn admit(&self, pool_id: &str, budget: u32) -> Result<(), Closed> {
        self.admit_at(pool_id, budget, Instant::now())
    }

    fn admit_at(&self, pool_id: &str, budget: u32, now: Instant) -> Result<(), Closed> {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(pool_id.to_owned()).or_insert(State {
            begun: now,
            asked: 0,
            failures: 0,
            rests_until: None,
        });
        if let Some(until) = state.rests_until {
            if now < until {
                return Err(Closed::Resting);
            }
            // The next one waits for what becomes of this one.
            state.rests_until = Some(now + REST);
        }
        if now.saturating_duration_since(state.begun) >= SECOND {
            (state.begun, state.asked) = (now, 0);
        }
        if state.asked >= budget {
            return Err(Closed::Spent);
        }
        state.asked += 1;
        Ok(())
    }

    /// Keeps whether the upstream answered.
    pub fn record(&self, pool_id: &str, answered: bool) {
        self.record_at(pool_id, answered, Instant::now());
    }

    fn record_at(&self, pool_id: &str, answered: bool, now: Instant) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = states.get_mut(pool_id) else {
            return;
        };
        if answered {
            (state.failures, state.rests_until) = (0, None);
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.rests_until = Some(now + REST);
        }
    }

    /// Forgets what was seen of the upstream of a pool, whose settings changed.
    pub fn forget(&self, pool_id: &str) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.remove(pool_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_within_its_second() {
        let (upstreams, now) = (Upstreams::default(), Instant::now());
        assert_eq!(upstreams.admit_at("a", 2, now), Ok(()));
        assert_eq!(upstreams.admit_at("a", 2, now), Ok(()));
        assert_eq!(upstreams.admit_at("a", 2, now), Err(Closed::Spent));
        assert_eq!(upstreams.admit_at("b", 2, now), Ok(()));
        assert_eq!(upstreams.admit_at("a", 2, now + SECOND), Ok(()));
    }

    #[test]
    fn an_upstream_that_does_not_answer_rests_and_is_tried_by_one() {
        let (upstreams, now) = (Upstreams::default(), Instant::now());
        for _ in 0..FAILURES {
            assert_eq!(upstreams.admit_at("a", 99, now), Ok(()));
            upstreams.record_at("a", false, now);
        }
        assert_eq!(upstreams.admit_at("a", 99, now), Err(Closed::Resting));
        let later = now + REST;
        assert_eq!(upstreams.admit_at("a", 99, later), Ok(()));
        assert_eq!(upstreams.admit_at("a", 99, later), Err(Closed::Resting));
        upstreams.record_at("a", true, later);
        assert_eq!(upstreams.admit_at("a", 99, later), Ok(()));
    }

    #[test]
    fn an_answer_ends_a_row_of_failures() {
        let (upstreams, now) = (Upstreams::default(), Instant::now());
        for answered in [false, false, false, false, true, false] {
            assert_eq!(upstreams.admit_at("a", 99, now), Ok(()));
            upstreams.record_at("a", answered, now);
        }
        assert_eq!(upstreams.admit_at("a", 99, now), Ok(()));
        upstreams.forget("a");
    }
}
