//! App clients.

pub mod refused;
pub mod secrets;
pub mod settings;
