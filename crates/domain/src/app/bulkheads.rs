//! Limits on calls to others: at most so many at once to one target, so that a slow target does not delay other calls.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

/// The calls that are running, by target.
#[derive(Default)]
pub struct Bulkheads(Mutex<HashMap<String, usize>>);

/// A call that runs; dropping it makes room for another.
pub struct Place<'a> {
    bulkheads: &'a Bulkheads,
    target: String,
}

impl Bulkheads {
    /// Counts a call to `target`; None if `limit` calls to it run already.
    pub fn enter(&self, target: &str, limit: usize) -> Option<Place<'_>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(target.to_owned()).or_insert(0);
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Place {
            bulkheads: self,
            target: target.to_owned(),
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut running = self
            .bulkheads
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = running.entry(std::mem::take(&mut self.target)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_target_is_refused_and_others_are_not() {
        let bulkheads = Bulkheads::default();
        let first = bulkheads.enter("a", 1).unwrap();
        assert!(bulkheads.enter("a", 1).is_none());
        assert!(bulkheads.enter("b", 1).is_some());
        drop(first);
        assert!(bulkheads.enter("a", 1).is_some());
        assert!(bulkheads.0.lock().unwrap().is_empty());
    }
}
