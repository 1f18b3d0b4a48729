//! Identity providers.

pub mod links;
pub mod refused;
pub mod settings;
pub mod upkeep;
