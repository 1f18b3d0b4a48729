//! Domains of pools.

mod pool_domains;
