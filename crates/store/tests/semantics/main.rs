//! Tests of what a store guarantees, the same on every engine.
//!
//! PostgreSQL is the server at `TEST_POSTGRES_URL`, a schema for each test; without the variable its tests do nothing
//! but say so.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking; clippy sees only functions marked as tests as such"
)]

mod audit;
mod batches;
mod catalogue;
mod copies;
mod durability;
mod engines;
mod jobs;
mod lost_answers;
mod messages;
mod opening;
mod postgres_only;
mod reads;
mod sqlite_only;
mod tables;
mod two_nodes;
