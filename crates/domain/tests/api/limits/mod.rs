//! Provisioned limits.

mod provisioned;
