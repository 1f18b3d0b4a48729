//! The AWS JSON protocol and its signatures.

mod caller;
mod kept_secrets;
pub mod newer;
pub mod protocol;
pub mod secret_store;
pub mod sigv4;
mod trigger_check;
