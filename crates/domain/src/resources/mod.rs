//! The parts of a pool besides its users: how each kind of resource is checked, stored and shown.
//!
//! They use each other one way: `pools` and `client_names` use none of the others, `chosen` uses `client_names`, `providers` uses `pools`, `clients` uses both, and the
//! rest uses `pools` at most; `branding` also reads `terms`, for pages show both.

pub mod branding;
pub mod chosen;
pub mod client_names;
pub mod clients;
pub mod domains;
pub(crate) mod groups;
pub mod limits;
pub(crate) mod logs;
pub mod metadata;
pub mod overview;
pub(crate) mod pools;
pub mod providers;
pub(crate) mod resource_servers;
pub(crate) mod risk;
pub(crate) mod tags;
pub mod terms;
