//! What this node has just found closed by a bound, so that it refuses more of the same without asking the database.

use quick_cache::sync::Cache;

/// The bounds that are remembered. One that is forgotten is found in the database again.
const REMEMBERED: usize = 4_096;

/// Bounds that are reached, and until when.
pub struct Closed {
    until: Cache<String, i64>,
}

impl Default for Closed {
    fn default() -> Self {
        Self {
            until: Cache::new(REMEMBERED),
        }
    }
}

impl Closed {
    /// Returns until when a bound is known to be reached, in microseconds; None if it is not, or is no longer at `now`.
    pub fn until(&self, bound: &str, now: i64) -> Option<i64> {
        self.until.get(bound).filter(|until| *until > now)
    }

    /// Remembers that a bound is reached until a time, in microseconds.
    pub fn close(&self, bound: String, until: i64) {
        self.until.insert(bound, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_opens_again_by_itself_and_their_number_is_bounded() {
        let closed = Closed::default();
        closed.close("one".to_owned(), 10);
        assert_eq!(closed.until("one", 9), Some(10));
        assert_eq!(closed.until("one", 10), None);
        assert_eq!(closed.until("two", 0), None);
        for n in 0..3 * REMEMBERED {
            closed.close(n.to_string(), 10);
        }
        assert!(closed.until.len() <= REMEMBERED);
    }
}
