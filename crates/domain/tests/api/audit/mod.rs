//! The audit trail.

pub mod changes;
pub mod trail;
