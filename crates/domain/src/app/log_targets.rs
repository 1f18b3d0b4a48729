//! The targets of log delivery: where the ARNs of a pool's configuration lead. `domain` decides what is recorded and when it
//! is sent; the implementation of [`LogTargets`] knows how a target is reached.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use crate::app::metrics::labels::LogTarget;
use crate::records::log_record::Destination;

/// Where this node goes on to look for queues with records: pool and source of the last one that it has seen.
#[derive(Default)]
pub struct QueueWalk(Mutex<(String, String)>);

impl QueueWalk {
    /// Returns pool and source of the last queue; empty texts at the beginning.
    pub fn last(&self) -> (String, String) {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// Remembers the last queue.
    pub fn set(&self, last: (String, String)) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }
}

/// A record on its way.
#[derive(Clone, Debug)]
pub struct OutgoingRecord {
    /// Grows with time in its queue; the same for every try.
    pub id: String,
    /// When it was made, in microseconds.
    pub at: i64,
    /// The record: one JSON object without a line break.
    pub json: String,
}

/// Records of one source of a pool that go to one destination, the oldest first; at least one.
#[derive(Clone, Debug)]
pub struct Shipment {
    /// Where they go.
    pub destination: Destination,
    /// The pool.
    pub pool_id: String,
    /// `userNotification` or `userAuthEvents`.
    pub source: &'static str,
    /// The records.
    pub records: Vec<OutgoingRecord>,
}

/// What a target did with a shipment. The numbers are those of the records in it; it has taken all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// It did not take these, and may later.
    pub left: Vec<usize>,
    /// It never takes these: they are too old, say.
    pub refused: Vec<usize>,
}

/// Why a target took nothing. The text is for the log and the audit trail: it names codes and statuses and repeats nothing
/// that a server wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShipError {
    /// Another try may succeed: the target is down, slow, asks to come back, or its settings are to be mended.
    Later(String),
    /// The shipment is too large for the target; a part of it may not be.
    TooLarge(String),
}

/// A delivery that runs.
pub type Shipping<'a> = Pin<Box<dyn Future<Output = Result<Shipped, ShipError>> + Send + 'a>>;

/// Delivers records.
pub trait LogTargets: Send + Sync {
    /// Returns the kind of the target to which a destination leads; None if the settings name none.
    fn target(&self, destination: &Destination) -> Option<LogTarget>;

    /// Delivers records once, in bounded time.
    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Shipping<'a>;
}

impl<T: LogTargets + ?Sized> LogTargets for Arc<T> {
    fn target(&self, destination: &Destination) -> Option<LogTarget> {
        (**self).target(destination)
    }

    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Shipping<'a> {
        (**self).ship(shipment)
    }
}
