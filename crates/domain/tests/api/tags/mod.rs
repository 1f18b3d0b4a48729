//! Tags.

mod pool_tags;
