//! Domains of pools.

mod hosts;
mod pool_domains;
