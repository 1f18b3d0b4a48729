//! Guarantees that callers of the crate rely on: types that threads share, and steps of equal cost.

mod threads;
mod work;
