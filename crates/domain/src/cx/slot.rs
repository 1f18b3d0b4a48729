//! The place of a request among those that may run at once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A place that a request holds while it works, and returns while it waits for somebody outside.
/// Copies hold the same place, which is free when the last of them is dropped.
#[derive(Clone, Debug)]
pub struct Slot(Arc<Place>);

#[derive(Debug)]
struct Place {
    places: Arc<Semaphore>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Slot {
    /// Returns a place that the request already holds: `permit` is one of `places`.
    pub fn new(places: Arc<Semaphore>, permit: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(Place {
            places,
            held: Mutex::new(Some(permit)),
        }))
    }

    /// Returns the place to the others.
    pub(super) fn leave(&self) {
        *self.0.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Waits for a place again. A server that closes its places is stopping: then there is nothing to wait for.
    pub(super) async fn enter(&self) {
        if let Ok(permit) = self.0.places.clone().acquire_owned().await {
            *self.0.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
        }
    }
}
