//! The generated API against its model: the validation of any body, a second checker, the table of operations.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod any_body;
mod conformance;
mod operations;
