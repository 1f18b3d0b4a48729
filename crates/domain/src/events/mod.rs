//! The audit trail as events for applications: CloudEvents 1.0 of what changed in a pool, in the order of the chain
//! (docs/EVENTS.md).
//!
//! An event says what changed and of whom, never a value. Rows that this program did not write, or that came back from
//! somewhere, are none.

pub mod cloud;
pub mod read;
pub mod types;
pub mod webhooks;
