//! The audit trail.

mod chain;
mod changes;
mod edits;
mod older;
mod trail;
