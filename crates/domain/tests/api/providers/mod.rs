//! Identity providers.

mod links;
mod refused;
mod settings;
mod upkeep;
