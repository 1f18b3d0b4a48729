//! Domains of pools.

pub mod pool_domains;
