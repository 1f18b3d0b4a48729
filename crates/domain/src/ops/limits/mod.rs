//! The operations on limits, one file each.

pub mod get_provisioned_limit;
pub mod update_provisioned_limit;
