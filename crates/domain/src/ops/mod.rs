//! The API operations: one file each, in a folder by resource, named as the API names them.

pub mod auth;
pub mod branding;
pub mod clients;
pub mod devices;
pub mod domains;
pub mod groups;
pub mod imports;
pub mod limits;
pub mod logs;
pub mod me;
pub mod metadata;
pub mod mfa;
pub mod passkeys;
pub mod pools;
pub mod providers;
pub mod recovery;
pub mod resource_servers;
pub mod risk;
pub mod sessions;
pub mod signup;
pub mod tags;
pub mod terms;
pub mod users;
