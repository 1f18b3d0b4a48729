//! App clients.

mod managed;
mod refused;
mod secrets;
mod settings;
mod store;
