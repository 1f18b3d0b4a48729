//! Verifying password hashes of other systems: a bounded number at a time, since each may take a second of a core and
//! many megabytes; and how long recent ones took, so that other wrong passwords of the pool can take as long.
//!
//! What waits is bounded by client address, whoever it is that signs in: a client that sends many passwords keeps nobody
//! else out, and learns nothing from being refused.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cognate_crypto::credential::Credential;
use cognate_crypto::secret::SecretString;
use cognate_crypto::workers::Workers;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::durations::likely;

/// The verifications of one pool that are remembered.
const TIMES: usize = 32;
/// The pools that are remembered.
const POOLS: usize = 1024;

/// The passwords of one client that are compared at once.
const AT_ONCE: usize = 4;
/// Those that wait for their turn.
const WAITING: usize = 16;

/// The turns of each client.
type Turns = Arc<Mutex<HashMap<String, Arc<Semaphore>>>>;

/// The turn of a client; dropping it lets the client's next one in.
pub struct Turn {
    turns: Turns,
    client: String,
    permit: Option<OwnedSemaphorePermit>,
}

/// The verifications of a server.
pub struct ImportedHashes {
    places: Semaphore,
    turns: Turns,
    times: Mutex<HashMap<String, VecDeque<Duration>>>,
}

impl ImportedHashes {
    /// Returns those of a server with so many threads for computing. Half of them stay free for other work, so that
    /// sign-ins with native passwords go on.
    pub fn new(threads: usize) -> Self {
        Self {
            places: Semaphore::new((threads / 2).max(1)),
            turns: Turns::default(),
            times: Mutex::default(),
        }
    }

    /// Waits for the turn of a client of a pool that has such hashes: 4 passwords are compared at once and 16 wait. None
    /// for more, whoever the user is and whether there is one. `network`: the client's address.
    pub async fn turn(&self, pool_id: &str, network: &str) -> Option<Turn> {
        let client = format!("{pool_id}/{network}");
        let turns = {
            let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = all
                .entry(client.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)))
                .clone();
            // One reference is the map's, one is ours, one is that of each that runs or waits.
            if Arc::strong_count(&turns) > AT_ONCE + WAITING + 1 {
                return None;
            }
            turns
        };
        // Made before the wait, so that a caller who gives up waiting leaves nothing behind.
        let mut turn = Turn {
            turns: self.turns.clone(),
            client,
            permit: None,
        };
        // Never closed.
        turn.permit = turns.acquire_owned().await.ok();
        Some(turn)
    }

    /// True if `password` is the one of `credential`. The callers beyond the bound wait, in the order in which they came;
    /// there are as many as have a [`turn`](Self::turn) or are signed requests.
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

impl Drop for Turn {
    fn drop(&mut self) {
        self.permit = None;
        let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if all
            .get(&self.client)
            .is_some_and(|turns| Arc::strong_count(turns) == 1)
        {
            all.remove(&self.client);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;

    use super::*;

    #[tokio::test]
    async fn a_client_waits_for_its_own_turns_and_only_what_is_more_is_refused() {
        let hashes = ImportedHashes::new(2);
        let mut running = Vec::new();
        for _ in 0..AT_ONCE {
            running.push(hashes.turn("p", "a").await.unwrap());
        }
        let mut waiting = Vec::new();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..WAITING {
            let mut turn = Box::pin(hashes.turn("p", "a"));
            assert!(turn.as_mut().poll(&mut context).is_pending());
            waiting.push(turn);
        }
        assert!(hashes.turn("p", "a").await.is_none());
        // Other addresses, and the same one in another pool, wait for nobody.
        drop(hashes.turn("p", "b").await.unwrap());
        drop(hashes.turn("q", "a").await.unwrap());
        running.clear();
        let mut first = waiting.remove(0);
        assert!(first.as_mut().poll(&mut context).is_ready());
        drop((first, waiting));
        assert!(hashes.turns.lock().unwrap().is_empty());
    }

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
