//! One password or code check in flight per user (design, attempts): 64 guesses at once are judged one by one, so that
//! each sees the failures before it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// How many checks may wait for one user; more are refused.
const QUEUE: usize = 8;

/// The gates of all users that are being checked right now.
#[derive(Default)]
pub struct Gates {
    open: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
}

/// Held while a check runs; letting go admits the next.
pub struct Pass<'a> {
    gates: &'a Gates,
    subject: String,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Gates {
    /// Waits for `subject`'s turn; None when too many wait already.
    pub async fn enter(&self, subject: &str) -> Option<Pass<'_>> {
        let gate = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let gate = open.entry(subject.to_owned()).or_default().clone();
            // One reference is the map's, one is ours: the rest run or wait.
            if Arc::strong_count(&gate) > QUEUE + 3 {
                return None;
            }
            gate
        };
        let guard = gate.lock_owned().await;
        Some(Pass {
            gates: self,
            subject: subject.to_owned(),
            guard: Some(guard),
        })
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.guard = None;
        let mut open = self
            .gates
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if open
            .get(&self.subject)
            .is_some_and(|gate| Arc::strong_count(gate) == 1)
        {
            open.remove(&self.subject);
        }
    }
}
