//! Token buckets for any number of keys in a fixed piece of memory.
//!
//! A key has eight places. When all are taken by other keys, the least recently used one is replaced: a client with
//! more keys than there are places can win some requests by it, never memory.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The places of one key.
const WAYS: usize = 8;
/// Sets of places, each with a lock of its own.
const SETS: usize = 4096;
/// Tokens are counted in millionths, so that a rate times microseconds needs no division.
const ONE: u64 = 1_000_000;

/// The rate of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

impl Rate {
    /// Returns a rate with as many requests at once as in a second.
    pub const fn steady(per_second: u32) -> Self {
        Self {
            per_second,
            burst: per_second,
        }
    }
}

/// The state of one key.
#[derive(Clone, Copy, Default)]
struct Bucket {
    /// The key's hash; 0 if the place is free.
    key: u64,
    /// The tokens left, in millionths.
    left: u64,
    /// The time of `left`, in microseconds.
    at: i64,
}

impl Bucket {
    fn full(key: u64, rate: Rate, now: i64) -> Self {
        Self {
            key,
            left: u64::from(rate.burst) * ONE,
            at: now,
        }
    }

    /// Takes one token; false when there is none.
    fn take(&mut self, rate: Rate, now: i64) -> bool {
        // A clock that goes back adds nothing.
        let passed = u64::try_from(now.saturating_sub(self.at)).unwrap_or(0);
        let grown = passed.saturating_mul(u64::from(rate.per_second));
        let most = u64::from(rate.burst) * ONE;
        self.left = self.left.saturating_add(grown).min(most);
        self.at = self.at.max(now);
        match self.left.checked_sub(ONE) {
            Some(rest) => {
                self.left = rest;
                true
            }
            None => false,
        }
    }
}

/// The buckets of many keys.
pub struct Buckets {
    /// Allocated for the first key: most servers of `dev` never count.
    sets: OnceLock<Vec<Mutex<[Bucket; WAYS]>>>,
    /// Keyed at random, so that clients cannot choose keys that share a set.
    hasher: RandomState,
}

impl Default for Buckets {
    fn default() -> Self {
        Self {
            sets: OnceLock::new(),
            hasher: RandomState::new(),
        }
    }
}

impl Buckets {
    /// Takes one token of `key`; false when it has none. `now` in microseconds.
    pub fn take(&self, key: impl Hash, rate: Rate, now: i64) -> bool {
        let hash = self.hasher.hash_one(key).max(1);
        let sets = u64::try_from(SETS).unwrap_or(1);
        // The upper half selects the set; the whole hash distinguishes the keys of a set.
        let set = usize::try_from((hash >> 32) % sets).unwrap_or(0);
        let sets = self
            .sets
            .get_or_init(|| (0..SETS).map(|_| Mutex::default()).collect());
        let Some(set) = sets.get(set) else {
            return true;
        };
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = set.iter_mut().find(|bucket| bucket.key == hash) {
            return bucket.take(rate, now);
        }
        let mut fresh = Bucket::full(hash, rate, now);
        let taken = fresh.take(rate, now);
        if let Some(oldest) = set
            .iter_mut()
            .min_by_key(|bucket| (bucket.key != 0, bucket.at))
        {
            *oldest = fresh;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn taken(buckets: &Buckets, key: &str, rate: Rate, now: i64, times: u32) -> u32 {
        (0..times)
            .map(|_| u32::from(buckets.take(key, rate, now)))
            .sum()
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let (buckets, rate) = (
            Buckets::default(),
            Rate {
                per_second: 10,
                burst: 30,
            },
        );
        assert_eq!(taken(&buckets, "a", rate, 0, 100), 30);
        assert_eq!(taken(&buckets, "a", rate, SECOND / 20, 100), 0);
        assert_eq!(taken(&buckets, "a", rate, SECOND, 100), 10);
        assert_eq!(taken(&buckets, "a", rate, 100 * SECOND, 100), 30);
        // Another key has tokens of its own, and a clock that goes back adds none.
        assert_eq!(taken(&buckets, "b", rate, 100 * SECOND, 100), 30);
        assert_eq!(taken(&buckets, "b", rate, 0, 100), 0);
    }

    #[test]
    fn a_lower_rate_counts_at_once() {
        let buckets = Buckets::default();
        assert_eq!(taken(&buckets, "a", Rate::steady(50), 0, 10), 10);
        assert_eq!(taken(&buckets, "a", Rate::steady(5), 0, 10), 5);
    }

    #[test]
    fn any_number_of_keys_takes_the_same_memory() {
        let (buckets, rate) = (Buckets::default(), Rate::steady(1));
        for n in 0..200_000_i64 {
            assert!(buckets.take(n, rate, n));
        }
        let places = buckets
            .sets
            .get()
            .unwrap()
            .iter()
            .map(|set| set.lock().unwrap().len());
        assert_eq!(places.sum::<usize>(), SETS * WAYS);
        // The last ones are still known.
        let known = (199_000..200_000_i64)
            .filter(|n| !buckets.take(*n, rate, 200_000))
            .count();
        assert_eq!(known, 1_000);
    }
}
