//! The AWS JSON protocol and its signatures.

mod caller;
pub mod client_names;
pub mod envelope;
mod kept_secrets;
pub mod newer;
pub mod protocol;
pub mod secret_store;
pub mod sigv4;
mod trigger_check;
