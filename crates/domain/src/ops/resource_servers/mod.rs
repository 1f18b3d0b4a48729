//! The operations on resource servers, one file each.

pub mod create_resource_server;
pub mod delete_resource_server;
pub mod describe_resource_server;
pub mod list_resource_servers;
pub mod update_resource_server;
