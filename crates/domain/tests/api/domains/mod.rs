//! Domains of pools.

mod hosts;
mod issuers;
mod pool_domains;
