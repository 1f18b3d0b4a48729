//! A bound on the calls that are in flight to one host, so that a slow host cannot hold what calls to others need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Calls in flight to one host at most, unless the client is made with another number.
pub const CALLS_PER_HOST: usize = 64;

type Calls = HashMap<String, usize>;

/// Counts the calls in flight by host.
pub struct Bulkhead {
    calls: Arc<Mutex<Calls>>,
    most: usize,
}

impl Default for Bulkhead {
    fn default() -> Self {
        Self::of(CALLS_PER_HOST)
    }
}

/// One call in flight, until it is dropped.
pub struct Permit {
    calls: Arc<Mutex<Calls>>,
    host: String,
}

impl Bulkhead {
    /// Returns a bound of so many calls in flight to one host.
    pub fn of(most: usize) -> Self {
        Self {
            calls: Arc::default(),
            most,
        }
    }

    /// Admits a call; None while the largest number is in flight to the host.
    pub fn admit(&self, host: &str) -> Option<Permit> {
        let mut calls = locked(&self.calls);
        let count = calls.entry(host.to_owned()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Permit {
            calls: self.calls.clone(),
            host: host.to_owned(),
        })
    }

    /// Returns the calls in flight to a host.
    #[cfg(test)]
    pub fn in_flight(&self, host: &str) -> Option<usize> {
        locked(&self.calls).get(host).copied()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut calls = locked(&self.calls);
        if let Some(count) = calls.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                calls.remove(&self.host);
            }
        }
    }
}

fn locked(calls: &Mutex<Calls>) -> MutexGuard<'_, Calls> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}
