//! The parts of a pool besides its users: how each kind of resource is checked, stored and shown.
//!
//! They use each other one way: `pools` uses none of the others, `providers` uses `pools`, `clients` uses both, and the rest
//! uses `pools` at most.

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
