//! The operations on domains, one file each.

pub mod create_user_pool_domain;
pub mod delete_user_pool_domain;
pub mod describe_user_pool_domain;
pub mod update_user_pool_domain;
