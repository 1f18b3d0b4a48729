//! What a pool consists of besides its users: how each kind of resource is checked, stored and shown.

pub mod branding;
pub mod clients;
pub mod domains;
pub mod groups;
pub mod limits;
pub mod pools;
pub mod providers;
pub mod resource_servers;
pub mod tags;
pub mod terms;
