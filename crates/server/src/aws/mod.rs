//! The AWS JSON protocol and its signatures.

pub mod newer;
pub mod protocol;
pub mod sigv4;
mod trigger_check;
