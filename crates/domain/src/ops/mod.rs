//! The API operations: one file each, in a folder by resource, named as the API names them.

pub mod auth;
pub mod clients;
pub mod groups;
pub mod me;
pub mod pools;
pub mod resource_servers;
pub mod signup;
pub mod users;
