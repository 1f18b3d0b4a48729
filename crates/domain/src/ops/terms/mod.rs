//! The operations on terms, one file each.

pub mod create_terms;
pub mod delete_terms;
pub mod describe_terms;
pub mod describe_terms_by_client;
pub mod list_terms;
pub mod update_terms;
