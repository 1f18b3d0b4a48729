//! Provisioned limits.

pub mod provisioned;
