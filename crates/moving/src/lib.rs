//! Files of users: what this program writes and reads, and what other systems export. And lists of passwords that were in
//! the hands of others.
//!
//! Everything here is a function of bytes; lists that are larger than the memory are files. Who may read and write, and what a pool makes of a record, is decided by the
//! caller. No store, no clock, no network.

pub mod archive;
pub mod breached;
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
