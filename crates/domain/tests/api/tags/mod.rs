//! Tags.

pub mod pool_tags;
