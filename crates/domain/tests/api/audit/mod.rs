//! The audit trail.

mod changes;
mod trail;
