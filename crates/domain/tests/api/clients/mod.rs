//! App clients.

mod refused;
mod secrets;
mod settings;
