//! Verifying password hashes of other systems: a bounded number at a time, since each may take a second of a core and
//! many megabytes; and how long recent ones took, so that other wrong passwords of the pool can take as long.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use cognate_crypto::credential::Credential;
use cognate_crypto::secret::SecretString;
use cognate_crypto::workers::Workers;
use tokio::sync::Semaphore;

use crate::app::durations::likely;

/// The verifications of one pool that are remembered.
const TIMES: usize = 32;
/// The pools that are remembered.
const POOLS: usize = 1024;

/// The verifications of a server.
pub struct ImportedHashes {
    places: Semaphore,
    times: Mutex<HashMap<String, VecDeque<Duration>>>,
}

impl ImportedHashes {
    /// Returns those of a server with so many threads for computing. Half of them stay free for other work, so that
    /// sign-ins with native passwords go on.
    pub fn new(threads: usize) -> Self {
        Self {
            places: Semaphore::new((threads / 2).max(1)),
            times: Mutex::default(),
        }
    }

    /// True if `password` is the one of `credential`. The callers beyond the bound wait; how many may, they count.
    pub async fn matches(
        &self,
        workers: &Workers,
        pool_id: &str,
        credential: Credential,
        password: SecretString,
    ) -> bool {
        let begun = Instant::now();
        // Never closed.
        let place = self.places.acquire().await.ok();
        let right = workers
            .run(move || credential.matches("", "", password.expose()))
            .await;
        drop(place);
        self.record(pool_id, begun.elapsed());
        right
    }

    fn record(&self, pool_id: &str, took: Duration) {
        let mut pools = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if pools.len() >= POOLS
            && !pools.contains_key(pool_id)
            && let Some(other) = pools.keys().next().cloned()
        {
            pools.remove(&other);
        }
        let times = pools.entry(pool_id.to_owned()).or_default();
        if times.len() >= TIMES {
            times.pop_front();
        }
        times.push_back(took);
    }

    /// Returns the time that a verification in this pool would take now.
    pub fn draw(&self, pool_id: &str) -> Duration {
        let pools = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = pools.get(pool_id);
        let mut times: Vec<_> = times.into_iter().flatten().copied().collect();
        drop(pools);
        times.sort_unstable();
        likely(&times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_pool_is_between_those_of_its_verifications() {
        let hashes = ImportedHashes::new(2);
        for n in 0..100 {
            hashes.record("slow", Duration::from_millis(300 + n));
            hashes.record("fast", Duration::from_millis(10));
        }
        for _ in 0..100 {
            // The last 32 count.
            let drawn = hashes.draw("slow");
            assert!(drawn >= Duration::from_millis(368) && drawn <= Duration::from_millis(399));
            assert_eq!(hashes.draw("fast"), Duration::from_millis(10));
        }
        let unknown = hashes.draw("another");
        assert!(unknown >= Duration::from_millis(40) && unknown <= Duration::from_millis(160));
    }

    #[test]
    fn a_bounded_number_of_pools_is_remembered() {
        let hashes = ImportedHashes::new(2);
        for n in 0..2_000 {
            hashes.record(&n.to_string(), Duration::from_millis(1));
        }
        let pools = hashes.times.lock().unwrap();
        assert_eq!(pools.len(), POOLS);
        assert!(pools.contains_key("1999"));
    }
}
