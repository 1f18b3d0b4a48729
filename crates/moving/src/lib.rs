//! Files of users: what this program writes and reads, and what other systems export.
//!
//! Everything here is a function of bytes. Who may read and write, and what a pool makes of a record, is decided by the
//! caller. No store, no clock, no network.

pub mod archive;
pub mod csv;
pub mod export;
pub mod formats;
pub mod record;

// The bodies of the fuzz targets name this crate as any other does.
#[cfg(test)]
extern crate self as cognate_moving;
#[cfg(test)]
#[path = "../../../fuzz/moving.rs"]
#[allow(
    clippy::indexing_slicing,
    clippy::cast_lossless,
    reason = "a test fails by panicking"
)]
mod fuzz_bodies;
#[cfg(test)]
mod fuzz_tests;
