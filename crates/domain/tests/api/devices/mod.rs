//! Devices.

pub mod keys;
