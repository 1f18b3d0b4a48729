//! The operations on client metadata documents, one file each.

pub mod create_cimd_policy;
pub mod delete_cimd_policy;
pub mod describe_cimd_policy;
pub mod list_cimd_policies;
pub mod list_client_metadata_urls;
pub mod update_cimd_policy;
pub mod update_client_metadata_url_state;
