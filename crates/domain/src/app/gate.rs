//! One password or code check in flight per user (design, attempts): 64 guesses at once are judged one by one, so that
//! each sees the failures before it.
//!
//! The key is the subject whose attempts are counted: the user's id, or the pseudonym of an unknown name. Every
//! check of a password or code uses it, whichever name was typed. A password flow learns the subject only by reading
//! the user; it takes a [`Moment`] before it reads, and reads again if a check of that subject ended in between.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::records::pool::Pool;

/// How many checks may wait for one user; more are refused.
const QUEUE: usize = 8;
/// In how many groups the ends of checks are remembered. Two users of one group only cost each other a read.
const GROUPS: usize = 1024;

/// The gates of all users that are being checked right now.
pub struct Gates {
    open: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
    /// Checks that have ended, ever.
    ended: AtomicU64,
    /// Per group, the value of `ended` when its latest check finished.
    newest: Box<[AtomicU64]>,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            ended: AtomicU64::new(0),
            newest: (0..GROUPS).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

/// A moment before a read.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u64);

/// Held while a check runs; letting go admits the next.
pub struct Guard<'a> {
    gates: &'a Gates,
    key: String,
    guard: Option<OwnedMutexGuard<()>>,
    over: bool,
}

impl Gates {
    /// Waits for the turn of a subject (`attempts::Subject`) of a pool; None when too many wait already.
    pub async fn enter(&self, pool: &Pool, subject: &str) -> Option<Guard<'_>> {
        self.enter_key(format!("{}/{subject}", pool.id)).await
    }

    /// Returns the moment now, for [`Guard::is_current_since`].
    pub fn mark(&self) -> Moment {
        Moment(self.ended.load(Ordering::SeqCst))
    }

    async fn enter_key(&self, key: String) -> Option<Guard<'_>> {
        let gate = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let gate = open.entry(key.clone()).or_default().clone();
            // One reference is the map's, one is ours, one runs: the rest wait.
            if Arc::strong_count(&gate) > QUEUE + 2 {
                return None;
            }
            gate
        };
        // Made before the wait, so that a caller who gives up waiting leaves nothing behind.
        let mut pass = Guard {
            gates: self,
            key,
            guard: None,
            over: false,
        };
        pass.guard = Some(gate.lock_owned().await);
        Some(pass)
    }

    fn newest_of(&self, key: &str) -> Option<&AtomicU64> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let groups = u64::try_from(self.newest.len()).unwrap_or(1).max(1);
        let group = usize::try_from(hasher.finish() % groups).unwrap_or(0);
        self.newest.get(group)
    }
}

impl<'a> Guard<'a> {
    /// Unlocks the subject for the length of a call to the outside.
    pub fn leave(mut self) -> Outside<'a> {
        let left = Moment(self.end());
        Outside {
            gates: self.gates,
            key: std::mem::take(&mut self.key),
            left,
        }
    }

    /// Ends the check and admits the next; returns the number of this end. Does nothing the second time.
    fn end(&mut self) -> u64 {
        if self.over {
            return 0;
        }
        self.over = true;
        // Before the next one is let in, who must notice.
        let ended = self
            .gates
            .ended
            .fetch_add(1, Ordering::SeqCst)
            .wrapping_add(1);
        if let Some(newest) = self.gates.newest_of(&self.key) {
            newest.fetch_max(ended, Ordering::SeqCst);
        }
        self.guard = None;
        let mut open = self
            .gates
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if open
            .get(&self.key)
            .is_some_and(|gate| Arc::strong_count(gate) == 1)
        {
            open.remove(&self.key);
        }
        ended
    }

    /// True if rows that were read after `mark` are current as far as this node knows: no check of the subject ended
    /// since.
    pub fn is_current_since(&self, mark: Moment) -> bool {
        self.gates
            .newest_of(&self.key)
            .is_some_and(|newest| newest.load(Ordering::SeqCst) <= mark.0)
    }
}

/// A guard that was released for a call, and can be taken again.
pub struct Outside<'a> {
    gates: &'a Gates,
    key: String,
    left: Moment,
}

impl<'a> Outside<'a> {
    /// Waits for the lock again; None when too many wait already. The flag is true if no check of the subject ended
    /// meanwhile, so that what was read before still holds as far as this node knows.
    pub async fn enter(self) -> Option<(Guard<'a>, bool)> {
        let guard = self.gates.enter_key(self.key).await?;
        let current = guard.is_current_since(self.left);
        Some((guard, current))
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn enter<'a>(gates: &'a Gates, key: &str) -> Option<Guard<'a>> {
        gates.enter_key(key.to_owned()).await
    }

    #[tokio::test]
    async fn a_check_that_ended_after_the_mark_shows_even_if_nobody_had_to_wait() {
        let gates = Gates::default();
        let before = gates.mark();
        drop(enter(&gates, "p/u").await);
        let after = gates.mark();
        let pass = enter(&gates, "p/u").await.unwrap();
        assert!(!pass.is_current_since(before));
        assert!(pass.is_current_since(after));
    }

    #[tokio::test]
    async fn whoever_left_learns_whether_another_check_ended_meanwhile() {
        let gates = Gates::default();
        let outside = enter(&gates, "p/u").await.unwrap().leave();
        let (guard, current) = outside.enter().await.unwrap();
        assert!(current);
        let outside = guard.leave();
        drop(enter(&gates, "p/u").await);
        let (guard, current) = outside.enter().await.unwrap();
        assert!(!current);
        drop(guard);
        assert!(gates.open.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn checks_of_other_users_do_not_show() {
        let gates = Gates::default();
        let group = |key: &str| gates.newest_of(key).map(std::ptr::from_ref);
        let other = (0..)
            .map(|n| format!("p/{n}"))
            .find(|key| group(key) != group("p/u"))
            .unwrap();
        let mark = gates.mark();
        drop(enter(&gates, &other).await);
        assert!(enter(&gates, "p/u").await.unwrap().is_current_since(mark));
    }

    #[tokio::test]
    async fn one_runs_eight_wait_and_the_rest_is_refused() {
        let gates = Gates::default();
        let running = enter(&gates, "p/u").await.unwrap();
        let mut waiting = Vec::new();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..QUEUE {
            let mut call = Box::pin(enter(&gates, "p/u"));
            assert!(call.as_mut().poll(&mut context).is_pending());
            waiting.push(call);
        }
        assert!(enter(&gates, "p/u").await.is_none());
        drop(running);
        drop(waiting);
        assert!(gates.open.lock().unwrap().is_empty());
    }
}
